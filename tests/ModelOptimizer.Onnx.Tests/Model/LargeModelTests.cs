using Google.Protobuf;
using ModelOptimizer.Diagnostics;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Onnx.Tests.Model;

public sealed class LargeModelTests
{
    // Forty tensors share one block of 64 MiB: 2.5 GiB for the file format, little for the test.
    private static OnnxModel Large()
    {
        var block = UnsafeByteOperations.UnsafeWrap(new byte[1 << 26]);
        var proto = new ModelProto { IrVersion = 8, Graph = new GraphProto() };
        for (var i = 0; i < 40; i++)
        {
            proto.Graph.Initializer.Add(
                new TensorProto
                {
                    Name = $"w{i}",
                    DataType = (int)TensorProto.Types.DataType.Uint8,
                    Dims = { 1 << 26 },
                    RawData = block,
                }
            );
        }

        return new OnnxModel(proto);
    }

    [Fact]
    public void The_size_beyond_2_GB_does_not_overflow() => Large().SizeInBytes.ShouldBeInRange(40L << 26, (40L << 26) + 10_000);

    [Fact]
    public void A_model_beyond_2_GB_cannot_be_one_file() =>
        Should.Throw<DiagnosticException>(() => Large().ToBytes()).Diagnostic.Code.ShouldBe(ModelCodes.TooLarge);

    [Fact]
    public void What_cannot_be_put_outside_is_refused_before_anything_is_written()
    {
        using var folder = new TempFolder();
        var model = Large();
        foreach (var tensor in model.Graph.Initializer)
        {
            model.Graph.Node.Add(
                new NodeProto
                {
                    OpType = "Constant",
                    Output = { tensor.Name },
                    Attribute =
                    {
                        new AttributeProto { Name = "value", T = tensor },
                    },
                }
            );
        }

        model.Graph.Initializer.Clear();

        Should.Throw<DiagnosticException>(() => model.Save(folder["model.onnx"])).Diagnostic.Code.ShouldBe(ModelCodes.TooLarge);
        Directory.GetFileSystemEntries(folder.Path).ShouldBeEmpty();
    }
}
