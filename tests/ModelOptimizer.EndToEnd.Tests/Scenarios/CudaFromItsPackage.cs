using System.IO.Compression;
using System.Text.Json;

namespace ModelOptimizer.EndToEnd.Tests.Scenarios;

public sealed class CudaFromItsPackage : IDisposable
{
    private const string WithoutProvider = "has no CUDAExecutionProvider";

    private readonly TempFolder _folder = new();

    [CudaPlatformFact]
    public void Without_It_The_Error_Names_It_And_With_It_Its_Library_Is_Asked()
    {
        var consumer = new Consumer(_folder["app"], items: CudaPackage.Item);
        NuGetConfig.Write(consumer.Root, Packages.Feed, CudaPackage.Feed);

        consumer.Build("-p:ModelOptimizerDevice=cuda").ShouldFail().Problems.ShouldHaveSingleItem()
            .ShouldContain($"error MOC5012: The device 'cuda' cannot be used: the package {CudaPackage.Id} ");
        consumer.Build("-p:ModelOptimizerDevice=cuda", "-p:WithCuda=true").ShouldFail().Problems.ShouldHaveSingleItem().ShouldContain(WithoutProvider);
        consumer.Build("-p:WithCuda=true").ShouldSucceed();

        consumer.Run().ShouldBe($"Digits.onnx {consumer.Embedded().Length} intact");
        Directory.GetFiles(consumer["bin"], "*onnxruntime*", SearchOption.AllDirectories).ShouldBeEmpty();
        Note(consumer).ShouldContain(WithoutProvider);
    }

    [CudaPlatformFact]
    public void The_Outer_Build_Of_Several_Frameworks_Knows_It_Too()
    {
        var consumer = new Consumer(
            _folder["app"],
            "<TargetFramework></TargetFramework><TargetFrameworks>net10.0;netstandard2.0</TargetFrameworks><OutputType>Library</OutputType>",
            CudaPackage.Item);
        NuGetConfig.Write(consumer.Root, Packages.Feed, CudaPackage.Feed);

        consumer.Build("-p:ModelOptimizerDevice=cuda", "-p:WithCuda=true").ShouldFail().Problems.ShouldHaveSingleItem().ShouldContain(WithoutProvider);
    }

    [CudaPlatformFact]
    public void The_Command_Takes_Its_Folder_From_A_Variable() => Doctor(_folder["cuda"]).ShouldContain($"{_folder["cuda"]}, which ModelOptimizerCuda names, has no libonnxruntime.so that loads; ");

    public void Dispose() => _folder.Dispose();

    private static string Note(Consumer consumer)
    {
        using var report = JsonDocument.Parse(File.ReadAllText(Directory.GetFiles(consumer["obj", "modelopt"], "*.report.json", SearchOption.AllDirectories).Single()));
        return report.RootElement.GetProperty("model").GetProperty("deviceNote").GetString()!;
    }

    private string Doctor(string cuda)
    {
        ZipFile.ExtractToDirectory(Path.Combine(Packages.Feed, $"ModelOptimizer.Tool.{Packages.Version}.nupkg"), _folder["tool"], overwriteFiles: true);
        var outcome = DotNet.Run(_folder.Path, new Dictionary<string, string> { ["ModelOptimizerCuda"] = cuda }, _folder["tool", "tools", "net10.0", "any", "modelopt.dll"], "doctor", "--json");
        using var report = JsonDocument.Parse(outcome.ShouldSucceed().Output);
        return report.RootElement.GetProperty("devices").EnumerateArray().Single(device => device.GetProperty("name").GetString() == "cuda").GetProperty("detail").GetString()!;
    }
}
