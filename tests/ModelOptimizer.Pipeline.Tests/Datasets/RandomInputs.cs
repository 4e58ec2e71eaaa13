using ModelOptimizer.Diagnostics;
using ModelOptimizer.Onnx;
using ModelOptimizer.Pipeline.Datasets;
using ModelOptimizer.Tensors.Data;
using DataType = ModelOptimizer.Onnx.Proto.TensorProto.Types.DataType;

namespace ModelOptimizer.Pipeline.Tests.Datasets;

public sealed class RandomInputs
{
    [Fact]
    public void Are_Standard_Normal()
    {
        var values = DataFolder.Values(new RandomSource([DataFolder.Input(-1, 100)], 400, 1));

        var mean = values.Average();
        mean.ShouldBe(0, 0.02);
        values.Average(value => (value - mean) * (value - mean)).ShouldBe(1, 0.03);
        ((double)values.Count(value => Math.Abs(value) < 1) / values.Length).ShouldBe(0.6827, 0.01);
    }

    [Fact]
    public void Do_Not_Depend_On_The_Batch_And_Do_On_The_Seed()
    {
        var one = DataFolder.Values(new RandomSource([DataFolder.Input(-1, 3)], 20, 1, preferredBatch: 16));

        DataFolder.Values(new RandomSource([DataFolder.Input(1, 3)], 20, 1)).ShouldBe(one);
        DataFolder.Values(new RandomSource([DataFolder.Input(-1, 3)], 20, 2)).ShouldNotBe(one);
        one.Distinct().Count().ShouldBe(one.Length);
    }

    [Theory]
    [InlineData(1L << 33, 2)]
    [InlineData(int.MaxValue, 2)]
    [InlineData(-1, 1L << 40)]
    [InlineData(1L << 62, 1L << 62)]
    public void That_No_Memory_Holds_Are_Refused(long batch, long width)
    {
        var error = Should.Throw<DiagnosticException>(() => new RandomSource([DataFolder.Input(batch, width)], 20, 1)).Diagnostic;

        (error.Code, error.Message.Contains("do not fit into memory", StringComparison.Ordinal)).ShouldBe((DataCodes.Batches, true));
    }

    [Theory]
    [InlineData("-1 3 -1 -1", 20, "16 3 1 1;4 3 1 1", 20)]
    [InlineData("1 3 8", 2, "1 3 8;1 3 8", 2)]
    [InlineData("4 3", 5, "4 3;4 3", 8)]
    [InlineData("5", 2, "5;5", 2)]
    [InlineData("", 2, ";", 2)]
    public void Have_The_Declared_Shape(string declared, int count, string expected, int total)
    {
        var source = new RandomSource([DataFolder.Input([.. declared.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(long.Parse)])], count, 1);

        source.Count.ShouldBe(total);
        string.Join(';', source.Read().Select(batch => string.Join(' ', batch.Inputs["image"].Shape))).ShouldBe(expected);
        source.Read().Sum(batch => batch.Count).ShouldBe(total);
    }

    [Fact]
    public void Are_Zeros_And_Ones_For_Whole_Numbers()
    {
        var source = new RandomSource([new ModelTensor("tokens", DataType.Int64, [-1, 50]), new ModelTensor("mask", DataType.Bool, [-1, 50])], 8, 1);
        var batch = source.Read().Single();

        batch.Inputs["tokens"].As<long>().ToArray().Distinct().Order().ShouldBe([0L, 1]);
        batch.Inputs["mask"].Bytes.Distinct().Order().ShouldBe([(byte)0, (byte)1]);
    }

    [Fact]
    public void Are_Within_Ranges_And_Have_The_Extents_That_Are_Known()
    {
        var form = new SampleForm
        {
            Shapes = new Dictionary<string, long[]> { ["tokens"] = [1, 50], ["image"] = [1, 200] },
            Ranges = new Dictionary<string, (double, double)> { ["tokens"] = (3, 5), ["image"] = (-1, 2) },
        };
        var source = new RandomSource([new ModelTensor("tokens", DataType.Int64, [-1, -1]), DataFolder.Input(-1, -1)], 8, 1, form: form);
        var batch = source.Read().Single();

        batch.Inputs["tokens"].Shape.ShouldBe([8, 50]);
        batch.Inputs["tokens"].As<long>().ToArray().Distinct().Order().ShouldBe([3L, 4, 5]);
        var values = batch.Inputs["image"].Doubles();
        values.Min().ShouldBe(-1, 0.02);
        values.Max().ShouldBe(2, 0.02);
        values.Average().ShouldBe(0.5, 0.1);
    }

    [Fact]
    public void Cannot_Be_Texts() =>
        Should
            .Throw<DiagnosticException>(() => new RandomSource([new ModelTensor("text", DataType.String, [1])], 1, 1))
            .Diagnostic.Code.ShouldBe(DataCodes.InputType);
}
