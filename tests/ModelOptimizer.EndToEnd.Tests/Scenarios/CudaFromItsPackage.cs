using System.IO.Compression;
using System.Text.Json;

namespace ModelOptimizer.EndToEnd.Tests.Scenarios;

public sealed class CudaFromItsPackage : IDisposable
{
    private readonly TempFolder _folder = new();

    [CudaPlatformFact]
    public void Without_It_The_Error_Names_It_And_With_It_The_Library_That_The_Provider_Lacks()
    {
        var consumer = new Consumer(_folder["app"], items: $"""<PackageReference Include="{CudaPackage.Id}" Version="{CudaPackage.Version}" Condition="'$(WithCuda)' == 'true'" />""");
        NuGetConfig.Write(consumer.Root, Packages.Feed, CudaPackage.Feed);

        consumer.Build("-p:ModelOptimizerDevice=cuda").ShouldFail().Problems.ShouldHaveSingleItem()
            .ShouldContain($"error MOC5012: The device 'cuda' cannot be used: the package {CudaPackage.Id} is missing; ");
        consumer.Build("-p:ModelOptimizerDevice=cuda", "-p:WithCuda=true").ShouldFail().Problems.ShouldHaveSingleItem()
            .ShouldContain($"error MOC5012: The device 'cuda' cannot be used: the library {CudaPackage.MissingLibrary} is missing; it needs NVIDIA's driver, CUDA 13 and cuDNN 9. ");
        consumer.Build("-p:WithCuda=true").ShouldSucceed();

        consumer.Run().ShouldBe($"Digits.onnx {consumer.Embedded().Length} intact");
        Directory.GetFiles(consumer["bin"], "*onnxruntime*", SearchOption.AllDirectories).ShouldBeEmpty();
        Note(consumer).ShouldContain($"cuda: the library {CudaPackage.MissingLibrary} is missing; ");
    }

    [CudaPlatformFact]
    public void The_Outer_Build_Of_Several_Frameworks_Knows_It_Too()
    {
        var consumer = new Consumer(
            _folder["app"],
            "<TargetFramework></TargetFramework><TargetFrameworks>net10.0;netstandard2.0</TargetFrameworks><OutputType>Library</OutputType>",
            $"""<PackageReference Include="{CudaPackage.Id}" Version="{CudaPackage.Version}" />""");
        NuGetConfig.Write(consumer.Root, Packages.Feed, CudaPackage.Feed);

        consumer.Build("-p:ModelOptimizerDevice=cuda").ShouldFail().Problems.ShouldHaveSingleItem().ShouldContain($"the library {CudaPackage.MissingLibrary} is missing; ");
    }

    [CudaPlatformFact]
    public void The_Command_Takes_Its_Folder_From_A_Variable()
    {
        ZipFile.ExtractToDirectory(CudaPackage.File, _folder["cuda"]);

        Doctor(_folder["cuda", "native"]).ShouldContain($"the library {CudaPackage.MissingLibrary} is missing; ");
        Doctor(_folder["cuda"]).ShouldContain($"{_folder["cuda"]}, which ModelOptimizerCuda names, has no libonnxruntime.so that loads; ");
    }

    [CudaPlatformFact]
    public void It_Holds_ONNX_Runtime_With_The_Provider_And_Where_Builds_Find_Them()
    {
        using var package = ZipFile.OpenRead(CudaPackage.File);

        var files = package.Entries.Select(entry => entry.FullName).Where(name => !name.StartsWith("package/", StringComparison.Ordinal) && !name.StartsWith("_rels/", StringComparison.Ordinal));
        string.Join('\n', files.Order(StringComparer.Ordinal)).ShouldBeApproved();
    }

    [Fact]
    public void It_Is_Pinned_To_The_Release_That_The_Tool_Is_Built_With()
    {
        Pin("src/ModelOptimizer.Build.Cuda", "com.github.asus4.onnxruntime.linux-x64-gpu").ShouldBe(Pin("eng/onnxruntime", "com.github.asus4.onnxruntime"));
    }

    public void Dispose() => _folder.Dispose();

    private static string Note(Consumer consumer)
    {
        using var report = JsonDocument.Parse(File.ReadAllText(Directory.GetFiles(consumer["obj", "modelopt"], "*.report.json", SearchOption.AllDirectories).Single()));
        return report.RootElement.GetProperty("model").GetProperty("deviceNote").GetString()!;
    }

    private static string? Pin(string folder, string package)
    {
        using var file = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, folder, "package.json")));
        return file.RootElement.GetProperty("dependencies").GetProperty(package).GetString();
    }

    private string Doctor(string cuda)
    {
        ZipFile.ExtractToDirectory(Path.Combine(Packages.Feed, $"ModelOptimizer.Tool.{Packages.Version}.nupkg"), _folder["tool"], overwriteFiles: true);
        var outcome = DotNet.Run(_folder.Path, new Dictionary<string, string> { ["ModelOptimizerCuda"] = cuda }, _folder["tool", "tools", "net10.0", "any", "modelopt.dll"], "doctor", "--json");
        using var report = JsonDocument.Parse(outcome.ShouldSucceed().Output);
        return report.RootElement.GetProperty("devices").EnumerateArray().Single(device => device.GetProperty("name").GetString() == "cuda").GetProperty("detail").GetString()!;
    }
}
