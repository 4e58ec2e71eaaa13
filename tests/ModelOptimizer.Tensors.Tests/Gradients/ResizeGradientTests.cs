using System.Globalization;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Onnx.Writing;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Tensors.Gradients;
using ModelOptimizer.Tensors.Shapes;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;
using static ModelOptimizer.Onnx.Writing.GraphWriter;
using static ModelOptimizer.Tensors.Tests.Gradients.GradientInput;

namespace ModelOptimizer.Tensors.Tests.Gradients;

public sealed class ResizeGradientTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    private static readonly GradientInput Nothing = Of() with { Absent = true };
    private static readonly GradientInput Empty = Of(0) with { Values = [], IsFixed = true };
    private static readonly GradientInput Scales = Of(4) with { Values = [1, 1, 2, 3], IsFixed = true };

    private static readonly GradientCase[] Cases =
    [
        new("Upsample", Of(2, 3, 4, 5), Scales) { Opset = 9 },
        new("Resize", Of(2, 3, 4, 5), Scales) { Opset = 10 },
        new("Resize", Of(2, 3, 4, 5), Nothing, Scales) { Opset = 13 },
        new("Resize", Of(2, 3, 4, 5), Nothing, Scales)
        {
            Attributes = [Attribute("coordinate_transformation_mode", "asymmetric"), Attribute("nearest_mode", "floor")],
        },
        new("Resize", Of(2, 3, 4, 5), Nothing, Nothing, Ints(2, 3, 8, 5)) { Opset = 19 },
        // Version 11 wants a region and scales, be they empty.
        new("Resize", Of(2, 3, 4, 5), Empty, Empty, Ints(2, 3, 8, 5)) { Opset = 11 },
    ];

    public static TheoryData<string> Names => [.. Cases.Select(test => test.ToString())];

    [Theory]
    [MemberData(nameof(Names))]
    public void Gradients_agree_with_differences(string name) => GradientCheck.Run(fixture.Engine, Cases.Single(test => test.ToString() == name));

    public static TheoryData<string, string, string, string> Maps
    {
        get
        {
            var maps = new TheoryData<string, string, string, string>();
            foreach (var mode in (string[])["nearest", "linear", "cubic"])
            {
                foreach (var coordinates in (string[])["half_pixel", "align_corners", "asymmetric", "pytorch_half_pixel", "half_pixel_symmetric"])
                {
                    maps.Add(mode, coordinates, "1,2,8,15", "");
                    maps.Add(mode, coordinates, "1,2,7,3", "");
                    maps.Add(mode, coordinates, "1,2,1,9", "");
                    maps.Add(mode, coordinates, "scales 1,1,1.7,2.5", "");
                }
            }

            foreach (var rounding in (string[])["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"])
            {
                maps.Add("nearest", "half_pixel", "1,2,7,11", $"nearest_mode={rounding}");
            }

            maps.Add("cubic", "half_pixel", "1,2,9,7", "cubic_coeff_a=-0.5");
            maps.Add("cubic", "half_pixel", "1,2,9,7", "exclude_outside=1");
            maps.Add("linear", "half_pixel", "1,2,2,3", "antialias=1");
            maps.Add("cubic", "half_pixel", "1,2,2,3", "antialias=1");
            // Channels last.
            maps.Add("linear", "half_pixel", "1,4,8,5", "");
            maps.Add("linear", "half_pixel", "1,2,9,12", "axes=2,3");
            maps.Add("nearest", "asymmetric", "3,4,8,5", "nearest_mode=floor");
            return maps;
        }
    }

    // The map is linear: its columns are what the runtime makes of each input element alone.
    [Theory]
    [MemberData(nameof(Maps))]
    public void Gradients_are_the_transpose_of_what_the_runtime_does(string mode, string coordinates, string extents, string more)
    {
        long[] shape = [1, 2, 4, 5];
        var count = (int)Real(shape);
        var numbers = Array.ConvertAll(extents.Replace("scales ", "", StringComparison.Ordinal).Split(','), text => double.Parse(text, CultureInfo.InvariantCulture));
        var graph = new GraphWriter(new Onnx.OnnxModel(new ModelProto
        {
            IrVersion = 9,
            Graph = new GraphProto { Name = "resize" },
            OpsetImport = { new OperatorSetIdProto { Version = 19 } },
        }));
        graph.Initializer("x", Onnx.Values.WeightValues.Create("", (int)DataType.Float, shape, new double[count]));
        List<AttributeProto> attributes = [Attribute("mode", mode), Attribute("coordinate_transformation_mode", coordinates)];
        if (more.Split('=') is [var name, var value])
        {
            attributes.Add(name switch
            {
                "axes" => Attribute(name, Array.ConvertAll(value.Split(','), long.Parse)),
                "nearest_mode" => Attribute(name, value),
                "cubic_coeff_a" => Attribute(name, float.Parse(value, CultureInfo.InvariantCulture)),
                _ => Attribute(name, long.Parse(value, CultureInfo.InvariantCulture)),
            });
            numbers = name == "axes" ? numbers[2..] : numbers;
        }

        var isScaled = extents.StartsWith("scales", StringComparison.Ordinal);
        graph.NodeTo(
            "y",
            "Resize",
            isScaled
                ? ["x", "", graph.Raw<float>("scales", DataType.Float, Array.ConvertAll(numbers, number => (float)number), numbers.Length)]
                : ["x", "", "", graph.Constant(Array.ConvertAll(numbers, number => (long)number))],
            [.. attributes]);
        var resized = ShapeProbe.Run(fixture.Engine, graph.Model)["y"];
        var columns = Columns(graph.Model, shape, resized);

        var loss = graph.Node("ReduceSum", [graph.Mul("y", graph.Input("by", DataType.Float, resized))], Attribute("keepdims", 0L));
        var gradient = Differentiation.Append(graph, loss, ["x"], ShapeProbe.Run(fixture.Engine, graph.Model))["x"];
        graph.Output(gradient, DataType.Float, shape);
        using var session = fixture.Engine.CreateSession(graph.Build());
        var by = new float[Real(resized)];
        var random = new Random(4);
        foreach (ref var weight in by.AsSpan())
        {
            weight = (float)random.NextDouble() - 0.5f;
        }

        var found = session.Run(new Dictionary<string, HostTensor> { ["by"] = HostTensor.From<float>(DataType.Float, resized, by) }, [gradient])[gradient].As<float>().ToArray();

        for (var element = 0; element < count; element++)
        {
            ((double)found[element]).ShouldBe(columns[element].Zip(by, (column, weight) => (double)column * weight).Sum(), 1e-5);
        }
    }

    private float[][] Columns(Onnx.OnnxModel model, long[] shape, long[] resized)
    {
        var forward = model.Clone();
        forward.Graph.Initializer.Remove(forward.Graph.Initializer.Single(tensor => tensor.Name == "x"));
        forward.Graph.Input.Add(Value("x", DataType.Float, shape));
        forward.Graph.Output.Add(Value("y", DataType.Float, resized));
        using var session = fixture.Engine.CreateSession(forward);
        float[] Column(int element)
        {
            var unit = new float[Real(shape)];
            unit[element] = 1;
            return session.Run(new Dictionary<string, HostTensor> { ["x"] = HostTensor.From<float>(DataType.Float, shape, unit) })["y"].As<float>().ToArray();
        }

        return [.. Enumerable.Range(0, (int)Real(shape)).Select(Column)];
    }

    private static long Real(long[] shape) => Reference.Real.CountOf(shape);
}
