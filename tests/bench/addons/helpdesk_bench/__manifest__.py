{
    "name": "Helpdesk Futural: Benchmark",
    "version": "19.0.1.0.0",
    "summary": "A bare conversation model to compare tickets with",
    "category": "Hidden",
    "author": "Futural",
    "license": "LGPL-3",
    "depends": ["helpdesk_futural_portal", "helpdesk_futural_timesheet"],
    "data": [
        "security/ir.model.access.csv",
        "security/bench_rules.xml",
        "views/bench_thread_views.xml",
        "views/portal_templates.xml",
    ],
}
