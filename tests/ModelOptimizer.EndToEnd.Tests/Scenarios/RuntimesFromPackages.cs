using System.IO.Compression;
using System.Text.Json;

namespace ModelOptimizer.EndToEnd.Tests.Scenarios;

/// <summary>ONNX Runtime with CUDA, WebGPU or DirectML, from packages that a project downloads.</summary>
public sealed class RuntimesFromPackages : IDisposable
{
    private readonly TempFolder _folder = new();

    [CudaPlatformFact]
    public void Without_One_The_Error_Says_How_To_Get_It_And_With_It_Its_Library_Is_Asked()
    {
        var consumer = new Consumer(_folder["app"], items: RuntimePackages.Items);
        NuGetConfig.Write(consumer.Root, Packages.Feed, RuntimePackages.Feed);

        consumer.Build("-p:ModelOptimizerDevice=cuda").ShouldFail().Problems.ShouldHaveSingleItem()
            .ShouldContain($"error MOC5012: The device 'cuda' cannot be used: the package {RuntimePackages.Cuda} ");
        consumer.Build("-p:ModelOptimizerDevice=cuda", "-p:WithCuda=true").ShouldFail().Problems.ShouldHaveSingleItem().ShouldContain("/runtimes/linux-x64/native/, which ModelOptimizerRuntimeDirectory names, has no CUDAExecutionProvider");
        consumer.Build("-p:WithCuda=true").ShouldSucceed();

        consumer.Run().ShouldBe($"Digits.onnx {consumer.Embedded().Length} intact");
        Directory.GetFiles(consumer["bin"], "*onnxruntime*", SearchOption.AllDirectories).ShouldBeEmpty();
        Note(consumer).ShouldContain("has no CUDAExecutionProvider");
    }

    [CudaPlatformFact]
    public void The_Outer_Build_Of_Several_Frameworks_Knows_It_Too()
    {
        var consumer = new Consumer(
            _folder["app"],
            "<TargetFramework></TargetFramework><TargetFrameworks>net10.0;netstandard2.0</TargetFrameworks><OutputType>Library</OutputType>",
            RuntimePackages.Items);
        NuGetConfig.Write(consumer.Root, Packages.Feed, RuntimePackages.Feed);

        consumer.Build("-p:ModelOptimizerDevice=webgpu", "-p:WithDesktop=true").ShouldFail().Problems.ShouldHaveSingleItem().ShouldContain("has no WebGpuExecutionProvider");
    }

    [CudaPlatformFact]
    public void Ours_Holds_The_Library_And_Its_Notices()
    {
        using var package = ZipFile.OpenRead(Path.Combine(RuntimePackages.Feed, $"{RuntimePackages.Desktop}.{Packages.Version}.nupkg"));

        var files = package.Entries.Select(entry => entry.FullName).Where(name => !name.StartsWith("package/", StringComparison.Ordinal) && !name.StartsWith("_rels/", StringComparison.Ordinal));
        string.Join('\n', files.Order(StringComparer.Ordinal)).ShouldBeApproved();
    }

    [CudaPlatformFact]
    public void The_Command_Takes_A_Folder_From_A_Variable_Also_By_Its_Old_Name()
    {
        var (detail, why) = Doctor("ModelOptimizerRuntimeDirectory");
        detail.ShouldContain($"{_folder["cuda"]}, which ModelOptimizerRuntimeDirectory names, has no libonnxruntime.so that loads; ");
        why.ShouldNotContain("is called");

        Doctor("ModelOptimizerCuda").Why.ShouldEndWith("; the variable ModelOptimizerCuda is called ModelOptimizerRuntimeDirectory now; version 0.2 will not know the old name");
    }

    public void Dispose() => _folder.Dispose();

    private static string Note(Consumer consumer)
    {
        using var report = JsonDocument.Parse(File.ReadAllText(Directory.GetFiles(consumer["obj", "modelopt"], "*.report.json", SearchOption.AllDirectories).Single()));
        return report.RootElement.GetProperty("model").GetProperty("deviceNote").GetString()!;
    }

    private (string Detail, string Why) Doctor(string variable)
    {
        ZipFile.ExtractToDirectory(Path.Combine(Packages.Feed, $"ModelOptimizer.Tool.{Packages.Version}.nupkg"), _folder["tool"], overwriteFiles: true);
        var outcome = DotNet.Run(_folder.Path, new Dictionary<string, string> { [variable] = _folder["cuda"] }, _folder["tool", "tools", "net10.0", "any", "modelopt.dll"], "doctor", "--json");
        using var report = JsonDocument.Parse(outcome.ShouldSucceed().Output);
        var cuda = report.RootElement.GetProperty("devices").EnumerateArray().Single(device => device.GetProperty("name").GetString() == "cuda");
        return (cuda.GetProperty("detail").GetString()!, report.RootElement.GetProperty("chosenBecause").GetString()!);
    }
}
