using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace ModelOptimizer.Pipeline.Initialization;

/// <summary>A project or props file, edited as text so that whatever nobody asked to change stays as it is.</summary>
internal sealed class ProjectFile
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly string _text;

    private ProjectFile(string path, string text)
    {
        Path = path;
        _text = text;
        Root = XDocument.Parse(text.TrimStart('\uFEFF'), LoadOptions.SetLineInfo | LoadOptions.PreserveWhitespace).Root!;
    }

    /// <summary>Absolute path.</summary>
    public string Path { get; }

    /// <summary>The <c>Project</c> element.</summary>
    public XElement Root { get; }

    /// <summary>The one project of a folder; null when it has none.</summary>
    /// <exception cref="DiagnosticException">It has more than one, or it cannot be read.</exception>
    public static ProjectFile? In(string folder)
    {
        var found = Directory.GetFiles(folder, "*.csproj").Order(StringComparer.Ordinal).ToList();
        return found.Count > 1
                ? throw new DiagnosticException(
                    InitCodes.SeveralProjects,
                    $"The folder has more than one project: {string.Join(", ", found.Select(System.IO.Path.GetFileName))}. Run init in a folder with one "
                        + "project or none; a project elsewhere names the manifest with <CompressionManifest Include=\"…\" />."
                )
            : found.Count == 0 ? null
            : Read(found[0]);
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="DiagnosticException">It is no XML, or not UTF-8.</exception>
    public static ProjectFile Read(string path)
    {
        try
        {
            return new ProjectFile(path, Utf8.GetString(Disk.ReadAllBytes(path)));
        }
        catch (Exception exception) when (exception is XmlException or DecoderFallbackException)
        {
            throw new DiagnosticException(
                InitCodes.BadProject,
                $"The file cannot be read as a project: {exception.Message} Correct it, or run init in another folder.",
                new SourcePosition(path),
                exception
            );
        }
    }

    /// <summary>Elements of this name, whatever namespace the file has.</summary>
    public IEnumerable<XElement> Elements(string name) => Root.Descendants().Where(element => element.Name.LocalName == name);

    /// <summary>The value that a property is given last; null when it is not.</summary>
    public string? Property(string name) => Elements(name).LastOrDefault()?.Value.Trim();

    /// <summary>The file's bytes.</summary>
    public byte[] Bytes => Utf8.GetBytes(_text);

    /// <summary>The file with one more item: before the first of its kind, or in a group of its own at the end.</summary>
    public ProjectFile With(string kind, string item)
    {
        var newLine = _text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";
        if (
            Elements(kind)
                .FirstOrDefault(element =>
                    element.Parent is { Name.LocalName: "ItemGroup" } group && group.Parent == Root && group.Attribute("Condition") is null
                ) is
            { } first
        )
        {
            var at = Offset(first);
            var lineStart = _text.LastIndexOf('\n', at - 1) + 1;
            var before = _text[lineStart..at];
            return new ProjectFile(Path, _text.Insert(at, item + (string.IsNullOrWhiteSpace(before) ? newLine + before : "")));
        }

        var end = _text.LastIndexOf("</" + Root.Name.LocalName, StringComparison.Ordinal);
        return end < 0
            ? throw new DiagnosticException(
                InitCodes.BadProject,
                "The project is a single tag, so there is no place for a package. Write <Project …> … </Project>.",
                new SourcePosition(Path)
            )
            : new ProjectFile(
                Path,
                _text.Insert(end, $"{(_text[..end].EndsWith('\n') ? "" : newLine)}  <ItemGroup>{newLine}    {item}{newLine}  </ItemGroup>{newLine}")
            );
    }

    /// <summary>Where an element starts in the text.</summary>
    private int Offset(XElement element)
    {
        var place = (IXmlLineInfo)element;
        var start = 0;
        for (var line = 1; line < place.LineNumber; line++)
        {
            start = _text.IndexOf('\n', start) + 1;
        }

        // The position is that of the name, behind the bracket; a byte order mark counts in the text only.
        var mark = place.LineNumber == 1 && _text.StartsWith('\uFEFF') ? 1 : 0;
        return start + place.LinePosition - 2 + mark;
    }
}
