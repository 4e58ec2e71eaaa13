using System.IO.Compression;

namespace ModelOptimizer.EndToEnd.Tests.Scenarios;

/// <summary>The tool where there is no ONNX Runtime for the platform.</summary>
public sealed class OtherPlatforms : IDisposable
{
    private const string Program = "tools/net10.0/any/";

    private readonly TempFolder _folder = new();

    [Fact]
    public void A_Platform_Without_ONNX_Runtime_Is_A_Coded_Error_That_Names_It()
    {
        Unpack();
        var consumer = new Consumer(_folder["app"]);

        var outcome = consumer.Command(_folder["tool", "modelopt.dll"], "compress");

        outcome.ExitCode.ShouldBe(3, outcome.Output);
        outcome.Output.ShouldMatch(@"error MOC5013: There is no ONNX Runtime for \w+-\w+ here, only for plan9-x64\. Use one of those platforms");
    }

    public void Dispose() => _folder.Dispose();

    // Everything but the native libraries, and in their place one for a platform that nobody has.
    private void Unpack()
    {
        using var package = ZipFile.OpenRead(Path.Combine(Packages.Feed, $"ModelOptimizer.Tool.{Packages.Version}.nupkg"));
        Directory.CreateDirectory(_folder["tool", "runtimes", "plan9-x64", "native"]);
        File.WriteAllText(_folder["tool", "runtimes", "plan9-x64", "native", "libonnxruntime.so"], "");
        foreach (var entry in package.Entries.Where(entry => Path.GetDirectoryName(entry.FullName) == Path.GetDirectoryName(Program)))
        {
            entry.ExtractToFile(_folder["tool", entry.Name]);
        }
    }
}
