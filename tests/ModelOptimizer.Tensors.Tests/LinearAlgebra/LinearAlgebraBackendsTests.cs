using ModelOptimizer.Diagnostics;
using ModelOptimizer.Tensors.LinearAlgebra;
using ModelOptimizer.Tensors.Runtime;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Tensors.Tests.LinearAlgebra;

public sealed class LinearAlgebraBackendsTests : IDisposable
{
    private static readonly string Own = typeof(LinearAlgebraBackends).Assembly.GetName().Version!.ToString(3);

    private static readonly string Native = Path.Combine("runtimes", Platform.Rid, "native");

    private readonly TempFolder _folder = new();

    [Fact]
    public void The_built_in_library_is_nothing_to_load() => LinearAlgebraBackends.Load("built-in").ShouldBeNull();

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void Without_a_folder_the_error_says_which_packages_to_get_and_how(string? folder) => Refused(folder).ShouldMatch(
        $@"^'linear-algebra: torchsharp' cannot be used: ModelOptimizerTorchSharpDirectory, which names the folder of its packages, is not set\. "
        + $@"In a project, write PackageDownload items for ModelOptimizer\.TorchSharp \[{Own}\], TorchSharp \[\d+\.\d+\.\d+\], libtorch-cpu-{Platform.Rid} \[\d+\.\d+\.\d+\]; "
        + $@"for the command, 'dotnet package download ModelOptimizer\.TorchSharp@{Own} TorchSharp@\d+\.\d+\.\d+ libtorch-cpu-{Platform.Rid}@\d+\.\d+\.\d+ --output FOLDER', "
        + @"and set ModelOptimizerTorchSharpDirectory to that folder\. Or write 'linear-algebra: built-in'\.$");

    [Fact]
    public void The_variable_is_found_by_its_former_name_too()
    {
        Environment.SetEnvironmentVariable(LinearAlgebraBackends.FormerVariable, _folder.Path);
        try
        {
            Should.Throw<DiagnosticException>(() => LinearAlgebraBackends.Load("torchsharp")).Message
                .ShouldContain($"there is no ModelOptimizer.TorchSharp.dll in {_folder.Path}, which ModelOptimizerTorchSharp names.");
        }
        finally
        {
            Environment.SetEnvironmentVariable(LinearAlgebraBackends.FormerVariable, null);
        }
    }

    [Theory]
    [InlineData("modeloptimizer.torchsharp", "ModelOptimizer.TorchSharp.dll")]
    [InlineData("torchsharp", "TorchSharp.dll")]
    [InlineData("libtorch", "torch_cpu")]
    public void A_package_that_is_missing_is_seen_by_its_file(string package, string file)
    {
        Unpack(package);

        var name = file.EndsWith(".dll", StringComparison.Ordinal) ? file : $"{BackendFolders.LibraryFile(file)} for {Platform.Rid}";
        Refused(_folder.Path).ShouldStartWith($"'linear-algebra: torchsharp' cannot be used: there is no {name} in {_folder.Path}, which ModelOptimizerTorchSharpDirectory names. In a project, ");
    }

    [Fact]
    public void A_system_that_a_package_has_no_library_for_is_named()
    {
        Unpack();
        Directory.Move(_folder["torchsharp", "1.0.0", "runtimes", Platform.Rid], _folder["torchsharp", "1.0.0", "runtimes", "vax-vms"]);

        Refused(_folder.Path).ShouldStartWith($"'linear-algebra: torchsharp' cannot be used: there is no {BackendFolders.LibraryFile("LibTorchSharp")} for {Platform.Rid} in ");
    }

    [Fact]
    public void Of_two_versions_of_a_package_none_is_taken()
    {
        Unpack();
        Directory.CreateDirectory(_folder["torchsharp", "2.0.0"]);

        Refused(_folder.Path).ShouldBe(
            $"'linear-algebra: torchsharp' cannot be used: {_folder["torchsharp"]} has several versions (1.0.0, 2.0.0). Delete all but one. Or write 'linear-algebra: built-in'.");
    }

    [Fact]
    public void A_file_that_is_no_assembly_is_named()
    {
        Unpack();

        Refused(_folder.Path).ShouldStartWith($"'linear-algebra: torchsharp' cannot be used: {Backend} does not load: ");
    }

    [Fact]
    public void An_assembly_of_another_kind_under_that_name_is_named()
    {
        Unpack();
        File.Copy(typeof(FactAttribute).Assembly.Location, Backend, overwrite: true);

        Refused(_folder.Path).ShouldStartWith($"'linear-algebra: torchsharp' cannot be used: {Backend} does not load: ");
    }

    [Fact]
    public void Files_are_found_in_a_folder_of_packages_in_the_packages_and_in_a_published_folder()
    {
        Unpack();
        Write("published", "ModelOptimizer.TorchSharp.dll");
        Write("published", "TorchSharp.dll");
        Write("published", BackendFolders.LibraryFile("torch_cpu"));

        foreach (var value in new[] { _folder.Path, string.Join(Path.PathSeparator, _folder["modeloptimizer.torchsharp", "1.0.0"], _folder["torchsharp", "1.0.0"], _folder[$"libtorch-cpu-{Platform.Rid}", "1.0.0"]) })
        {
            var packages = new BackendFolders(value);
            packages.Assembly("ModelOptimizer.TorchSharp").ShouldBe(Backend);
            packages.Assembly("TorchSharp").ShouldBe(_folder["torchsharp", "1.0.0", "lib", "net8.0", "TorchSharp.dll"]);
            packages.Library("LibTorchSharp").ShouldBe(_folder["torchsharp", "1.0.0", Native, BackendFolders.LibraryFile("LibTorchSharp")]);
            packages.Library("torch_cpu").ShouldBe(_folder[$"libtorch-cpu-{Platform.Rid}", "1.0.0", Native, BackendFolders.LibraryFile("torch_cpu")]);
            packages.Library("torch_cuda").ShouldBeNull();
        }

        var published = new BackendFolders(_folder["published"]);
        published.Assembly("TorchSharp").ShouldBe(_folder["published", "TorchSharp.dll"]);
        published.Library("torch_cpu").ShouldBe(_folder["published", BackendFolders.LibraryFile("torch_cpu")]);
        published.Assembly("SkiaSharp").ShouldBeNull();
    }

    public void Dispose() => _folder.Dispose();

    private string Backend => _folder["modeloptimizer.torchsharp", "1.0.0", "lib", "net10.0", "ModelOptimizer.TorchSharp.dll"];

    // The packages as NuGet unpacks them, with empty files.
    private void Unpack(string? without = null)
    {
        foreach (var (package, id, files) in new (string, string, string[])[]
        {
            ("modeloptimizer.torchsharp", "modeloptimizer.torchsharp", ["lib/net10.0/ModelOptimizer.TorchSharp.dll"]),
            ("torchsharp", "torchsharp", ["lib/net8.0/TorchSharp.dll", "lib/net6.0/TorchSharp.dll", "lib/net99.0/TorchSharp.dll", "lib/netstandard2.0/TorchSharp.dll", $"{Native}/{BackendFolders.LibraryFile("LibTorchSharp")}"]),
            ("libtorch", $"libtorch-cpu-{Platform.Rid}", [$"{Native}/{BackendFolders.LibraryFile("torch_cpu")}", "lib/netstandard2.0/_._"]),
        })
        {
            foreach (var file in package == without ? [] : files)
            {
                Write([id, "1.0.0", .. file.Split('/')]);
            }
        }
    }

    private void Write(params string[] path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[path])!);
        File.WriteAllText(_folder[path], "");
    }

    private static string Refused(string? folder)
    {
        var diagnostic = Should.Throw<DiagnosticException>(() => LinearAlgebraBackends.LoadFrom(folder)).Diagnostic;
        diagnostic.Code.ShouldBe("MOC5014");
        return diagnostic.Message;
    }
}
