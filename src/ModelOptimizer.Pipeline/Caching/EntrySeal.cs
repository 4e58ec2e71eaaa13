using System.Text;

namespace ModelOptimizer.Pipeline.Caching;

/// <summary>The last file of an entry: where it belongs, and name, length and SHA-256 of all its other files. Its time stamp is the entry's last use.</summary>
internal static class EntrySeal
{
    public const string FileName = "entry.sha256";

    /// <summary>The seal's whole content, so that an entry is intact exactly when its seal is equal to this.</summary>
    public static byte[] Of(string area, string key, IEnumerable<(string Name, byte[] Content)> files)
    {
        var text = new StringBuilder(FormattableString.Invariant($"modelopt 1 {area}/{key}\n"));
        foreach (var (name, content) in files)
        {
            text.Append(FormattableString.Invariant($"{ContentHash.Of(content)} {content.Length} {name}\n"));
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>Notes that the entry was asked for. Where that cannot be written, it only looks less used than it is.</summary>
    public static void Touch(string entry)
    {
        try
        {
            Disk.Touch(Path.Combine(entry, FileName));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
        }
    }
}
