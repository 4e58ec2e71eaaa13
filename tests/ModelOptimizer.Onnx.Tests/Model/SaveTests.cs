using ModelOptimizer.Diagnostics;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Onnx.Tests.Model;

public sealed class SaveTests
{
    private static readonly OnnxModel Model = new GraphBuilder().Input("x", [1, 4]).Gemm("x", "y", 3, 4).Output("y").Build();

    [Fact]
    public void A_saved_model_is_the_only_file_in_its_new_folder()
    {
        using var folder = new TempFolder();
        var path = Path.Combine(folder.Path, "new", "model.onnx");

        Model.Save(path);

        Directory.GetFileSystemEntries(Path.GetDirectoryName(path)!).ShouldBe([path]);
        OnnxModel.Load(path).Proto.ShouldBe(Model.Proto);
    }

    [Fact]
    public void An_earlier_file_is_replaced()
    {
        using var folder = new TempFolder();
        var path = Path.Combine(folder.Path, "model.onnx");
        File.WriteAllText(path, "before");

        Model.Save(path);

        File.ReadAllBytes(path).ShouldBe(Model.ToBytes());
    }

    [Fact]
    public void What_a_run_that_was_killed_left_is_deleted_and_nothing_else()
    {
        using var folder = new TempFolder();
        var path = Path.Combine(folder.Path, "model.onnx");
        string Left(string name, string machine, int process) => Path.Combine(folder.Path, $"{name}.{machine}.{process}.1.tmp");
        // No system gives a process this number.
        const int Dead = int.MaxValue - 1;
        string[] kept =
        [
            Left("model.onnx", Environment.MachineName, Environment.ProcessId),
            Left("model.onnx", "elsewhere", Dead),
            Left("other.onnx", Environment.MachineName, Dead),
        ];
        Array.ForEach([.. kept, Left("model.onnx", Environment.MachineName, Dead)], file =>
        {
            File.WriteAllText(file, "half");
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddHours(-1));
        });
        // Of another container with the same name and folder, perhaps.
        var young = Left("model.onnx", Environment.MachineName, Dead - 1);
        File.WriteAllText(young, "half");

        Model.Save(path);

        Directory.GetFileSystemEntries(folder.Path).ShouldBe([path, young, .. kept], ignoreOrder: true);
    }

    [Fact]
    public void A_save_that_fails_leaves_no_file_behind_and_says_why()
    {
        using var folder = new TempFolder();
        var path = Path.Combine(folder.Path, "model.onnx");
        Directory.CreateDirectory(Path.Combine(path, "occupied"));

        Should.Throw<DiagnosticException>(() => Model.Save(path)).Diagnostic.Code.ShouldBe(ModelCodes.Unwritable);

        Directory.GetFileSystemEntries(folder.Path).ShouldBe([path]);
    }

    [Fact]
    public void The_size_is_that_of_the_file_which_a_save_writes()
    {
        using var folder = new TempFolder();
        var path = Path.Combine(folder.Path, "model.onnx");

        Model.Save(path);

        Model.SizeInBytes.ShouldBe(new FileInfo(path).Length);
        OnnxModel.Load(path).FileSizeInBytes.ShouldBe(new FileInfo(path).Length);
    }

    [Fact]
    public void Saving_twice_gives_the_same_bytes()
    {
        using var folder = new TempFolder();
        var (first, second) = (Path.Combine(folder.Path, "1.onnx"), Path.Combine(folder.Path, "2.onnx"));

        Model.Save(first);
        Model.Clone().Save(second);

        File.ReadAllBytes(second).ShouldBe(File.ReadAllBytes(first));
    }
}
