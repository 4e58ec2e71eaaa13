using System.Globalization;
using System.Runtime.Serialization;

namespace ModelOptimizer.Build.State;

/// <summary>A file that the tool read, as it was then. A missing file has length -1, a folder 0 and its <see cref="FolderStamp"/> for a time.</summary>
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
        var file = new FileInfo(Path);
        return file.Exists ? Is(file.Length, file.LastWriteTimeUtc.Ticks)
            : Directory.Exists(Path) ? IsUnchangedFolder()
            : Length == Missing;
    }

    private bool IsUnchangedFolder()
    {
        try
        {
            return Is(0, FolderStamp.Of(Path).Fingerprint);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The tool can say better what is wrong with it.
            return false;
        }
    }

    private bool Is(long length, long time) => length == Length && time.ToString(CultureInfo.InvariantCulture) == LastWriteUtc;
}
