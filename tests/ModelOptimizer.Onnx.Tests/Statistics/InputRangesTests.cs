using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Onnx.Statistics;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Onnx.Tests.Statistics;

public sealed class InputRangesTests
{
    private const int Int64 = (int)TensorProto.Types.DataType.Int64;
    private const int Int32 = (int)TensorProto.Types.DataType.Int32;

    [Fact]
    public void Numbers_of_rows_are_those_of_every_table_that_they_are_looked_up_in()
    {
        var model = new GraphBuilder()
            .Input("ids", [-1, 5], Int32)
            .Node("Cast", ["ids"], ["wide"], ("to", (long)Int64))
            .Random("words", [100, 4])
            .Random("types", [4, 30])
            .Node("Gather", ["words", "wide"], ["a"])
            .Node("Gather", ["types", "ids"], ["b"], ("axis", 1L))
            .Output("a")
            .Output("b")
            .Build();

        InputRanges.Of(model)["ids"].ShouldBe((0, 29));
    }

    [Fact]
    public void A_type_holds_no_more_than_it_can()
    {
        var model = new GraphBuilder()
            .Input("ids", [-1, 5], (int)TensorProto.Types.DataType.Uint8)
            .Node("Cast", ["ids"], ["wide"], ("to", (long)Int64))
            .Random("words", [300, 4])
            .Node("Gather", ["words", "wide"], ["a"])
            .Output("a")
            .Build();

        InputRanges.Of(model)["ids"].ShouldBe((0, 255));
    }

    [Fact]
    public void Depths_constants_that_are_compared_and_bounds_say_what_numbers_mean()
    {
        var builder = new GraphBuilder()
            .Input("classes", [-1], Int64)
            .Input("rate", [1], Int64)
            .Input("level", [-1], Int64)
            .Input("mask", [-1, 4], Int64)
            .Integers("depth", [], 12)
            .Initializer("off on", [2], [0, 1])
            .Integers("rates", [2], 8000, 16000)
            .Integers("low", [], -3)
            .Integers("high", [], 7)
            .Initializer("one", [], [1])
            .Node("OneHot", ["classes", "depth", "off on"], ["a"])
            .Node("Equal", ["rate", "rates"], ["b"])
            .Node("Clip", ["level", "low", "high"], ["c"])
            .Node("Cast", ["mask"], ["real"], ("to", 1L))
            .Node("Sub", ["one", "real"], ["d"]);

        var ranges = InputRanges.Of(builder.Build());

        ranges["classes"].ShouldBe((0, 11));
        ranges["rate"].ShouldBe((8000, 16000));
        ranges["level"].ShouldBe((-3, 7));
        ranges["mask"].ShouldBe((0, 1));
    }

    [Fact]
    public void Bytes_may_be_any_and_of_others_nothing_is_known()
    {
        var model = new GraphBuilder()
            .Input("pixels", [-1, 8, 8, 3], (int)TensorProto.Types.DataType.Uint8)
            .Input("steps", [-1], Int64)
            .Input("real", [-1])
            .Node("Cast", ["pixels"], ["p"], ("to", 1L))
            .Node("Neg", ["steps"], ["s"])
            .Node("Neg", ["real"], ["r"])
            .Build();

        var ranges = InputRanges.Of(model);

        ranges["pixels"].ShouldBe((0, 255));
        ranges.Keys.ShouldBe(["pixels"]);
    }

    [Theory]
    [InlineData("-1 3 224 224", true)]
    [InlineData("1 -1 -1 3", true)]
    [InlineData("-1 1 28 28", true)]
    [InlineData("1 257 1 2", false)]
    [InlineData("-1 3 4 4", false)]
    [InlineData("-1 16 96", false)]
    public void Images_have_no_light_below_none(string shape, bool isImage)
    {
        var model = new GraphBuilder().Input("x", [.. shape.Split(' ').Select(long.Parse)]).Node("Neg", ["x"], ["y"]).Build();

        InputRanges.Of(model).ContainsKey("x").ShouldBe(isImage);
    }
}
