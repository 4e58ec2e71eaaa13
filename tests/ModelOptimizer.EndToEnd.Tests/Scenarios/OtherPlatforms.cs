namespace ModelOptimizer.EndToEnd.Tests.Scenarios;

/// <summary>The tool where there is no ONNX Runtime for the platform.</summary>
public sealed class OtherPlatforms : IDisposable
{
    private readonly TempFolder _folder = new();

    [Fact]
    public void A_Platform_Without_ONNX_Runtime_Is_A_Coded_Error_That_Names_It()
    {
        CopyTool();
        var consumer = new Consumer(_folder["app"]);

        var outcome = InstalledTool.RunFrom(_folder["tool"], consumer.Root, new Dictionary<string, string>(), "compress");

        outcome.ExitCode.ShouldBe(3, outcome.Output);
        outcome.Output.ShouldMatch(@"error MOC5013: There is no ONNX Runtime for \w+-\w+ here, only for plan9-x64\. Use one of those platforms");
    }

    public void Dispose() => _folder.Dispose();

    // Everything but the native libraries, and in their place one for a platform that nobody has.
    private void CopyTool()
    {
        foreach (var file in Directory.GetFiles(InstalledTool.Folder, "*", SearchOption.AllDirectories))
        {
            var copy = _folder["tool", Path.GetRelativePath(InstalledTool.Folder, file)];
            if (Path.GetFileName(file) == "modelopt.dll")
            {
                var native = Path.Combine(Path.GetDirectoryName(copy)!, "runtimes", "plan9-x64", "native");
                Directory.CreateDirectory(native);
                File.WriteAllText(Path.Combine(native, "libonnxruntime.so"), "");
            }

            if (
                !file.Contains($"{Path.DirectorySeparatorChar}native{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
                && Path.GetExtension(file) != ".nupkg"
            )
            {
                Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
                File.Copy(file, copy);
            }
        }
    }
}
