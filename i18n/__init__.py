"""The translation workspace: glossaries, and the tool that exports, merges, fills in and checks catalogues.

``python3 -m i18n --help`` (in the project's virtual environment) lists the commands; README.md says how to translate.
"""
