"""The layouts of files that `import` knows, by name."""

PRESET_NAMES = ("online-retail", "cdnow")
