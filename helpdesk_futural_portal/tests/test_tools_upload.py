from odoo.tests import BaseCase, tagged

from ..tools.upload import MEGABYTE, UploadLimits, parse_limits


@tagged("post_install", "-at_install")
class TestUpload(BaseCase):
    def test_a_program_is_refused_whatever_its_name_pretends(self):
        limits = parse_limits("10", "25", ".EXE, bat")
        for name in ("setup.exe", "SETUP.EXE", "bill.pdf.exe", "bill.exe.", "bill.exe ", "a.BaT"):
            self.assertEqual(limits.find_problem(name, 1), "type", name)
        for name in ("bill.pdf", "exe", "exe.pdf", "readme", ".bashrc", ""):
            self.assertEqual(limits.find_problem(name, 1), "", name)

    def test_the_size_may_be_the_limit_and_no_more(self):
        limits = UploadLimits(max_megabytes=2)
        self.assertEqual(limits.find_problem("a.pdf", 2 * MEGABYTE), "")
        self.assertEqual(limits.find_problem("a.pdf", 2 * MEGABYTE + 1), "size")

    def test_senseless_settings_leave_the_defaults(self):
        for files, megabytes in (("0", "-1"), ("x", ""), (None, False), ("1e3", "²")):
            limits = parse_limits(files, megabytes, "")
            self.assertEqual((limits.max_files, limits.max_megabytes), (10, 25))
