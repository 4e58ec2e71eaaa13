namespace ModelOptimizer.Pipeline.Initialization.Projects;

/// <summary>Adds the package of the build to a project, and its version where versions are kept centrally.</summary>
internal static class PackageReferences
{
    private const string Package = "ModelOptimizer.Build";
    private const string Reference = "PackageReference";
    private const string Version = "PackageVersion";
    private const string CentralFile = "Directory.Packages.props";
    private const string Switch = "ManagePackageVersionsCentrally";

    private static string Current => ToolIdentity.Version.Split('+')[0];

    /// <summary>The files that change; none when the package is there already.</summary>
    public static IReadOnlyList<(string Path, byte[] Bytes)> Add(ProjectFile project, InitNotes notes)
    {
        var central = Central(project);
        var changes = new List<(string Path, byte[] Bytes)>();
        if (!Has(project, Reference))
        {
            var version = central is null ? $" Version=\"{Current}\"" : "";
            changes.Add((project.Path, project.With(Reference, $"<{Reference} Include=\"{Package}\"{version} PrivateAssets=\"all\" />")));
        }

        if (central is not null && !Has(central, Version))
        {
            changes.Add((central.Path, central.With(Version, $"<{Version} Include=\"{Package}\" Version=\"{Current}\" />")));
        }

        notes.Guessed.Add(changes.Count == 0 ? $"{Path.GetFileName(project.Path)} has {Package} already" : $"{Path.GetFileName(project.Path)} takes {Package} {Current}, from a package source that has it");
        return changes;
    }

    private static bool Has(ProjectFile file, string kind) =>
        file.Elements(kind).Any(element => string.Equals(element.Attribute("Include")?.Value, Package, StringComparison.OrdinalIgnoreCase));

    /// <summary>The file with all versions; null when each project has its own.</summary>
    private static ProjectFile? Central(ProjectFile project)
    {
        if (Nearest(project.Path, CentralFile) is not { } central)
        {
            return null;
        }

        var word = project.Property(Switch) ?? central.Property(Switch) ?? Nearest(project.Path, "Directory.Build.props")?.Property(Switch);
        return string.Equals(word, "true", StringComparison.OrdinalIgnoreCase) ? central : null;
    }

    private static ProjectFile? Nearest(string project, string name)
    {
        for (var folder = Path.GetDirectoryName(project); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (Path.Combine(folder, name) is var path && File.Exists(path))
            {
                return ProjectFile.Read(path);
            }
        }

        return null;
    }
}
