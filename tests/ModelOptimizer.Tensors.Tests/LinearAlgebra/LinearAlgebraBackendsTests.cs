using ModelOptimizer.Diagnostics;
using ModelOptimizer.Tensors.LinearAlgebra.Backends;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Tensors.Tests.LinearAlgebra;

public sealed class LinearAlgebraBackendsTests : IDisposable
{
    private const string Packages = "Publish a project that references the packages ModelOptimizer.TorchSharp and TorchSharp-cpu, or for a GPU TorchSharp-cuda-linux or TorchSharp-cuda-windows, "
        + "and set ModelOptimizerTorchSharp to the folder. Or write 'linear-algebra: built-in'.";

    private readonly TempFolder _folder = new();

    [Fact]
    public void The_built_in_library_is_nothing_to_load() => LinearAlgebraBackends.Load("built-in").ShouldBeNull();

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void Without_a_folder_the_error_says_which_packages_to_add(string? folder) =>
        Refused(folder).ShouldBe($"'linear-algebra: torchsharp' cannot be used: ModelOptimizerTorchSharp, which names the folder of the backend, is not set. {Packages}");

    [Fact]
    public void A_folder_without_the_backend_is_named() =>
        Refused(_folder.Path).ShouldBe($"'linear-algebra: torchsharp' cannot be used: there is no ModelOptimizer.TorchSharp.dll in {_folder.Path}, which ModelOptimizerTorchSharp names. {Packages}");

    [Fact]
    public void A_file_that_is_no_assembly_is_named()
    {
        File.WriteAllText(_folder["ModelOptimizer.TorchSharp.dll"], "no assembly");

        Refused(_folder.Path).ShouldStartWith($"'linear-algebra: torchsharp' cannot be used: {_folder["ModelOptimizer.TorchSharp.dll"]} does not load: ");
    }

    [Fact]
    public void An_assembly_of_another_kind_under_that_name_is_named()
    {
        File.Copy(typeof(FactAttribute).Assembly.Location, _folder["ModelOptimizer.TorchSharp.dll"]);

        Refused(_folder.Path).ShouldStartWith($"'linear-algebra: torchsharp' cannot be used: {_folder["ModelOptimizer.TorchSharp.dll"]} does not load: ");
    }

    public void Dispose() => _folder.Dispose();

    private static string Refused(string? folder)
    {
        var diagnostic = Should.Throw<DiagnosticException>(() => LinearAlgebraBackends.LoadFrom(folder)).Diagnostic;
        diagnostic.Code.ShouldBe("MOC5014");
        return diagnostic.Message;
    }
}
