using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Xml.Linq;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>
/// Lists the components that are shipped, by licence, with their copyright lines and one text of each licence. What a package says about itself is read from
/// the restored package, so that a new dependency or version cannot be forgotten.
/// </summary>
public sealed class WriteNotices : Task
{
    private static readonly string[] Notices = { "LICENSE", "NOTICE", "THIRD-PARTY-NOTICES", "THIRDPARTYNOTICES" };

    /// <summary>Published files; those of packages have <c>NuGetPackageId</c> and <c>PathInPackage</c>.</summary>
    [Required]
    public ITaskItem[] Files { get; set; }

    /// <summary>A folder with a text for each licence's SPDX identifier.</summary>
    [Required]
    public string Licences { get; set; }

    [Required]
    public string Output { get; set; }

    /// <summary>Licences and notices that packages bring themselves, with the <c>RelativePath</c> to publish them under.</summary>
    [Output]
    public ITaskItem[] PackageNotices { get; set; }

    public override bool Execute()
    {
        var packages = Files
            .Where(file => file.GetMetadata("PathInPackage") != "")
            .GroupBy(file => file.GetMetadata("NuGetPackageId"))
            .OrderBy(package => package.Key, StringComparer.OrdinalIgnoreCase)
            .Select(package => (Id: package.Key, Folder: Folder(package.First())))
            .ToList();
        PackageNotices = packages.SelectMany(package => NoticesOf(package.Id, package.Folder)).ToArray();
        var components = packages.Select(package => Component.Of(Nuspec(package.Folder), file => LicenceIn(Path.Combine(package.Folder, file)))).ToList();
        var text = new StringBuilder(
            "Third-party notices\n\nThis program contains the components below. The folder \"notices\" beside this file has the licences and notices that some "
                + "bring themselves.\n"
        );
        foreach (var group in components.GroupBy(component => Choose(component.Licence)).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            Append(text, group.Key, group);
        }

        Directory.CreateDirectory(Path.GetDirectoryName(Output));
        File.WriteAllText(Output, text.ToString());
        return !Log.HasLoggedErrors;
    }

    private void Append(StringBuilder text, string licence, IEnumerable<Component> components)
    {
        string path = Path.Combine(Licences, licence + ".txt");
        if (!File.Exists(path))
        {
            string names = string.Join(", ", components.Select(component => component.Name));
            string problem = "No text for the licence '" + licence + "' of " + names + ": add it, if that licence allows what this product does.";
            Log.LogError(null, "MOC5002", null, path, 0, 0, 0, 0, problem);
            return;
        }

        text.Append("\n==== ").Append(licence).Append(" ====\n\n");
        foreach (var component in components.OrderBy(component => component.Name, StringComparer.OrdinalIgnoreCase))
        {
            text.Append(component.Name)
                .Append(' ')
                .Append(component.Version)
                .Append(", ")
                .Append(component.Url)
                .Append("\n    ")
                .Append(component.Copyright)
                .Append('\n');
        }

        text.Append('\n').Append(File.ReadAllText(path).Trim('\n')).Append('\n');
    }

    // Of several licences to choose from, one whose text is here.
    private string Choose(string expression)
    {
        var choices = expression.Split(new[] { " OR " }, StringSplitOptions.None);
        return choices.FirstOrDefault(choice => File.Exists(Path.Combine(Licences, choice + ".txt"))) ?? expression;
    }

    // Some packages bring a file in place of an identifier: it is the licence whose text it ends with.
    private string LicenceIn(string file)
    {
        string text = Words(file);
        return Directory
            .GetFiles(Licences)
            .Where(licence => text.EndsWith(Words(licence), StringComparison.Ordinal))
            .Select(Path.GetFileNameWithoutExtension)
            .FirstOrDefault()
            ?? file;
    }

    private static string Words(string file) => string.Join(" ", File.ReadAllText(file).Split((char[])null, StringSplitOptions.RemoveEmptyEntries));

    private static string Folder(ITaskItem file)
    {
        string path = file.GetMetadata("FullPath");
        return path.Substring(0, path.Length - file.GetMetadata("PathInPackage").Length);
    }

    private static XElement Nuspec(string folder) => XDocument.Load(Directory.GetFiles(folder, "*.nuspec").Single()).Root.Elements().Single();

    private static IEnumerable<ITaskItem> NoticesOf(string id, string folder) =>
        from file in Directory.GetFiles(folder).OrderBy(file => file, StringComparer.Ordinal)
        where Notices.Contains(Path.GetFileNameWithoutExtension(file).ToUpperInvariant())
        // A name without an extension would be taken for a folder when packing.
        select new TaskItem(
            file,
            new Dictionary<string, string> { ["RelativePath"] = "notices/" + id + "/" + Path.GetFileName(file) + (Path.HasExtension(file) ? "" : ".txt") }
        );

    private sealed class Component
    {
        public string Name { get; private set; }

        public string Version { get; private set; }

        public string Licence { get; private set; }

        public string Copyright { get; private set; }

        public string Url { get; private set; }

        public static Component Of(XElement nuspec, Func<string, string> licenceIn)
        {
            XElement Element(string name) => nuspec.Elements().FirstOrDefault(element => element.Name.LocalName == name);
            string Value(string name) => (string)Element(name) ?? "";
            return new Component
            {
                Name = Value("id"),
                Version = Value("version"),
                Licence = (string)Element("license")?.Attribute("type") == "file" ? licenceIn(Value("license")) : Value("license"),
                Copyright = Value("copyright") != "" ? Value("copyright") : Value("authors"),
                Url = Value("projectUrl"),
            };
        }
    }
}
