using System.Runtime.CompilerServices;
using Shouldly;

namespace ModelOptimizer.Testing;

/// <summary>Compares text with the file <c>&lt;Class&gt;.&lt;Test&gt;.verified.txt</c> beside the test.</summary>
internal static class ApprovedText
{
    /// <summary>Fails, and leaves a <c>.received.txt</c>, when <paramref name="text"/> is not what was approved.</summary>
    /// <param name="text">What the test saw; line ends do not matter.</param>
    /// <param name="name">Tells several approvals of one test apart.</param>
    /// <param name="testFile">Filled in by the compiler.</param>
    /// <param name="test">Filled in by the compiler.</param>
    public static void ShouldBeApproved(this string text, string? name = null, [CallerFilePath] string testFile = "", [CallerMemberName] string test = "")
    {
        var stem = Path.Combine(Path.GetDirectoryName(testFile)!, $"{Path.GetFileNameWithoutExtension(testFile)}.{test}{(name is null ? "" : "." + name)}");
        Compare(text, stem + ".verified.txt", stem + ".received.txt");
    }

    /// <summary>Fails, and leaves <c>&lt;file&gt;.received.txt</c>, when <paramref name="text"/> is not what is in <paramref name="file"/>.</summary>
    public static void ShouldBeTheFile(this string text, string file) => Compare(text, file, file + ".received.txt");

    private static void Compare(string text, string approvedFile, string receivedFile)
    {
        var received = text.ReplaceLineEndings("\n");
        var approved = File.Exists(approvedFile) ? File.ReadAllText(approvedFile).ReplaceLineEndings("\n") : "";
        if (received.TrimEnd('\n') == approved.TrimEnd('\n'))
        {
            File.Delete(receivedFile);
            return;
        }

        File.WriteAllText(receivedFile, received);
        throw new ShouldAssertException($"{receivedFile} differs from {Path.GetFileName(approvedFile)}{FirstDifference(approved, received)}");
    }

    private static string FirstDifference(string approved, string received)
    {
        var (left, right) = (approved.Split('\n'), received.Split('\n'));
        var line = Enumerable.Range(0, Math.Max(left.Length, right.Length)).First(i => left.ElementAtOrDefault(i) != right.ElementAtOrDefault(i));
        return $" at line {line + 1}:\n- {left.ElementAtOrDefault(line)}\n+ {right.ElementAtOrDefault(line)}";
    }
}
