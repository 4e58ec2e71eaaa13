using System.Text;
using ModelOptimizer.Diagnostics;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Onnx.Tests.Model;

public sealed class LoadTests
{
    [Fact]
    public void A_missing_file_is_said_to_be_missing()
    {
        using var folder = new TempFolder();
        ErrorOf(Path.Combine(folder.Path, "none.onnx")).ShouldBe((ModelCodes.NotFound, "there is no such file. Check the path."));
    }

    [Fact]
    public void A_folder_is_not_a_model()
    {
        using var folder = new TempFolder();
        ErrorOf(folder.Path).ShouldBe((ModelCodes.NotFound, "expected an ONNX file, found a folder. Give the path of the .onnx file."));
    }

    [Fact]
    public void An_empty_file_is_said_to_be_empty() =>
        ErrorOf([]).ShouldBe((ModelCodes.Empty, "expected an ONNX model, found an empty file. Export or download the model again."));

    [Fact]
    public void A_Git_LFS_pointer_is_recognised() =>
        ErrorOf(Encoding.UTF8.GetBytes("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")).ShouldBe(
            (ModelCodes.LfsPointer, "expected an ONNX model, found a Git LFS pointer: the model itself was not downloaded. Run 'git lfs pull'."));

    [Fact]
    public void Text_is_not_a_model() => ErrorOf(Encoding.UTF8.GetBytes("<html>404</html>")).Code.ShouldBe(ModelCodes.NotOnnx);

    [Fact]
    public void A_model_cut_short_is_not_a_model()
    {
        var bytes = new GraphBuilder().Input("x", [1, 4]).Gemm("x", "y", 3, 4).Output("y").Build().ToBytes();
        ErrorOf(bytes[..^10]).Code.ShouldBe(ModelCodes.NotOnnx);
    }

    [Fact]
    public void A_file_that_claims_more_than_it_has_is_refused_without_taking_the_memory()
    {
        // A graph that says it has 2,000,000,000 bytes.
        byte[] claim = [0x3A, 0x80, 0xA8, 0xD6, 0xB9, 0x07];
        var before = GC.GetAllocatedBytesForCurrentThread();

        ErrorOf(claim).Code.ShouldBe(ModelCodes.NotOnnx);

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(10_000_000);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(7)]
    [InlineData(10)]
    public void A_packed_list_that_claims_more_than_it_has_is_refused_without_taking_the_memory(int field)
    {
        // A graph, a tensor and its numbers that say to have 2,000,000,000 bytes each.
        byte[] length = [0x80, 0xA8, 0xD6, 0xB9, 0x07];
        byte[] claim = [0x3A, .. length, 0x2A, .. length, (byte)((field << 3) | 2), .. length, 1, 2, 3];
        var before = GC.GetAllocatedBytesForCurrentThread();

        ErrorOf(claim).Code.ShouldBe(ModelCodes.NotOnnx);

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(10_000_000);
    }

    [Fact]
    public void A_path_in_other_letters_or_with_the_slashes_of_Windows_is_recognised()
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder["models"]);
        File.WriteAllText(folder["models", "net.onnx"], "");

        NearPath.Hint(Path.Combine(folder.Path, "Models", "Net.onnx")).ShouldBe($" Did you mean '{folder["models", "net.onnx"]}'?");
        NearPath.Hint(folder.Path + "/models\\net.onnx").ShouldBe($" Did you mean '{folder["models", "net.onnx"]}'?");
        NearPath.Hint(folder["models", "other.onnx"]).ShouldBeEmpty();
    }

    [Fact]
    public void Sub_graphs_nested_without_end_are_refused()
    {
        byte[] graph = [];
        for (var depth = 0; depth < 5000; depth++)
        {
            graph = Message(1, Message(5, Message(6, graph)));
        }

        ErrorOf(Message(7, graph)).Code.ShouldBe(ModelCodes.NotOnnx);
    }

    [Fact]
    public void A_model_without_a_graph_is_refused() =>
        ErrorOf([0x08, 0x08]).ShouldBe((ModelCodes.NoGraph, "expected an ONNX model, found a file without a graph. Export or download the model again."));

    [Fact]
    public void A_model_from_memory_cannot_have_its_data_elsewhere()
    {
        var model = new GraphBuilder().Input("x", [1, 4]).Gemm("x", "y", 3, 4).Output("y").Build();
        model.Graph.Initializer[0].DataLocation = Onnx.Proto.TensorProto.Types.DataLocation.External;

        Should.Throw<DiagnosticException>(() => OnnxModel.Parse(model.ToBytes())).Diagnostic.Code.ShouldBe(ModelCodes.ExternalMissing);
    }

    private static byte[] Message(int field, byte[] content)
    {
        var length = new List<byte>();
        for (var rest = (uint)content.Length; ; rest >>= 7)
        {
            length.Add((byte)(rest > 127 ? rest | 0x80 : rest));
            if (rest <= 127)
            {
                return [(byte)((field << 3) | 2), .. length, .. content];
            }
        }
    }

    private static (string Code, string Message) ErrorOf(byte[] content)
    {
        using var folder = new TempFolder();
        var path = Path.Combine(folder.Path, "model.onnx");
        File.WriteAllBytes(path, content);
        return ErrorOf(path);
    }

    private static (string Code, string Message) ErrorOf(string path)
    {
        var diagnostic = Should.Throw<DiagnosticException>(() => OnnxModel.Load(path)).Diagnostic;
        diagnostic.Position!.File.ShouldBe(path);
        return (diagnostic.Code, diagnostic.Message);
    }
}
