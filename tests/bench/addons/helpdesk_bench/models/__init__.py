from . import helpdesk_bench_thread
