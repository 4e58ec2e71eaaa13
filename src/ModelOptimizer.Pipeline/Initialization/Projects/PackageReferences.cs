using ModelOptimizer.Tensors.Devices;

namespace ModelOptimizer.Pipeline.Initialization;

/// <summary>Adds the package of the build to a project, and its version where versions are kept centrally.</summary>
internal static class PackageReferences
{
    private const string Package = "ModelOptimizer.Build";
    private const string Reference = "PackageReference";
    private const string Download = "PackageDownload";
    private const string Version = "PackageVersion";
    private const string CentralFile = "Directory.Packages.props";
    private const string Switch = "ManagePackageVersionsCentrally";

    private static string Current => ToolIdentity.Version.Split('+')[0];

    /// <summary>The files that change; none when the packages are there already.</summary>
    /// <param name="runtime">A package that is only downloaded, for the build's device; null for none.</param>
    public static IReadOnlyList<(string Path, byte[] Bytes)> Add(ProjectFile project, RuntimePackage? runtime, InitNotes notes)
    {
        var central = Central(project);
        var (newProject, newCentral) = (project, central);
        if (!Has(project, Reference, Package))
        {
            var version = central is null ? $" Version=\"{Current}\"" : "";
            newProject = newProject.With(Reference, $"<{Reference} Include=\"{Package}\"{version} PrivateAssets=\"all\" />");
        }

        if (central is not null && !Has(central, Version, Package))
        {
            newCentral = central.With(Version, $"<{Version} Include=\"{Package}\" Version=\"{Current}\" />");
        }

        var name = Path.GetFileName(project.Path);
        notes.Guessed.Add(
            newProject == project && newCentral == central
                ? $"{name} has {Package} already"
                : $"{name} takes {Package} {Current}, from a package source that has it"
        );
        if (runtime is not null && !Has(project, Download, runtime.Id))
        {
            newProject = newProject.With(Download, runtime.Item);
            notes.Guessed.Add($"{name} downloads {runtime.Id} {runtime.Version}, which has the device's provider; nothing of it gets into the application");
        }

        return
        [
            .. new (ProjectFile? Before, ProjectFile? After)[] { (project, newProject), (central, newCentral) }
                .Where(file => file.Before != file.After)
                .Select(file => (file.After!.Path, file.After.Bytes)),
        ];
    }

    private static bool Has(ProjectFile file, string kind, string package) =>
        file.Elements(kind).Any(element => string.Equals(element.Attribute("Include")?.Value, package, StringComparison.OrdinalIgnoreCase));

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
