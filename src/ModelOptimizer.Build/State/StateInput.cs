using System.Globalization;
using System.Runtime.Serialization;

namespace ModelOptimizer.Build.State;

/// <summary>A file that the tool read, as it was then. A missing file has length -1, a folder 0.</summary>
[DataContract]
internal sealed class StateInput
{
    public const long Missing = -1;

    [DataMember(Name = "path")]
    public string Path { get; set; } = "";

    [DataMember(Name = "length")]
    public long Length { get; set; }

    /// <summary>UTC ticks.</summary>
    [DataMember(Name = "lastWriteUtc")]
    public string LastWriteUtc { get; set; } = "";

    /// <summary>
    /// Whether the file still has the length and time that the tool saw. Equal, not "not newer": a file replaced by an older one is a change.
    /// </summary>
    public bool IsUnchanged()
    {
        FileSystemInfo file = Directory.Exists(Path) ? new DirectoryInfo(Path) : new FileInfo(Path);
        if (!file.Exists)
        {
            return Length == Missing;
        }

        var length = file is FileInfo { Length: var bytes } ? bytes : 0;
        return length == Length && file.LastWriteTimeUtc.Ticks.ToString(CultureInfo.InvariantCulture) == LastWriteUtc;
    }
}
