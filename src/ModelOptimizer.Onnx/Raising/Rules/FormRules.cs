using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Onnx.Writing;
using DataType = ModelOptimizer.Onnx.Proto.TensorProto.Types.DataType;

namespace ModelOptimizer.Onnx.Raising;

/// <summary>Operators whose inputs are seen in another form: matrices, images of another size.</summary>
internal static class FormRules
{
    private const string Mode = "mode";

    public static readonly Dictionary<string, RaisingRule> All = new(StringComparer.Ordinal)
    {
        ["Hardmax"] = OfMatrix,
        ["LogSoftmax"] = OfMatrix,
        ["Resize"] = Resize,
        ["Softmax"] = OfMatrix,
        ["Upsample"] = Upsample,
    };

    // Over all axes from one on, as the rows of a matrix; now over one axis, which is the last where none is named.
    private static void OfMatrix(RaisedNode node)
    {
        var (graph, axis) = (node.Graph, node.Proto.Int("axis", 1));
        if (axis == -1 || node.Rank(0) == axis + 1)
        {
            return;
        }

        var (input, output) = (node.Proto.Input[0], node.Proto.Output[0]);
        node.Take("axis");
        node.Proto.Input[0] = graph.Node("Flatten", [input], GraphWriter.Attribute("axis", axis));
        node.Proto.Output[0] = graph.Named("t");
        node.Place();
        graph.NodeTo(output, "Reshape", [node.Proto.Output[0], graph.Node("Shape", [input])]);
    }

    private static void Upsample(RaisedNode node)
    {
        if (node.Take("scales") is { } scales)
        {
            SetScales([.. scales.Floats]);
        }
        else if ((node.Take("height_scale"), node.Take("width_scale")) is ({ } height, { } width))
        {
            SetScales([1, 1, height.F, width.F]);
        }

        if (node.Proto.Text(Mode, "nearest") == "bilinear")
        {
            node.Proto.SetAttribute(GraphWriter.Attribute(Mode, "linear"));
        }

        FromCorner(node, "floor");
        node.Proto.OpType = "Resize";

        void SetScales(float[] values) => node.SetInput(1, node.Graph.Shared<float>("w", DataType.Float, values, values.Length));
    }

    private static void Resize(RaisedNode node)
    {
        if (node.From < Opsets.ResizeCoordinates)
        {
            FromCorner(node, node.Proto.Text(Mode, "nearest") == "nearest" ? Nearest(node.Constant(1)) : "floor");
            return;
        }

        if (node.Proto.Text("coordinate_transformation_mode", "") == "tf_half_pixel_for_nn")
        {
            throw RaisedNode.Refusal("there is no tf_half_pixel_for_nn any more");
        }

        // Sizes stood behind scales without elements; now it is one or the other.
        if (node.Proto.InputAt(3) is not null)
        {
            node.SetInput(2, "");
        }
    }

    // Nothing was said about the neighbour that is taken. ONNX Runtime takes the one before where an image grows, and the one behind where it shrinks.
    private static string Nearest(double[]? scales) => scales is null ? throw RaisedNode.Refusal("its scales are not constant")
        : scales.All(scale => scale >= 1) ? "floor"
        : scales.All(scale => scale <= 1) ? "ceil"
        : throw RaisedNode.Refusal("it makes one side larger and another one smaller");

    // The place of a number was its index over the scale, and the scales were the second input.
    private static void FromCorner(RaisedNode node, string nearest)
    {
        node.SetInput(2, node.Proto.InputAt(1) ?? throw RaisedNode.Refusal("it has no scales"));
        node.SetInput(1, "");
        node.Proto.SetAttribute(GraphWriter.Attribute("coordinate_transformation_mode", "asymmetric"));
        if (node.Proto.Text(Mode, "nearest") == "nearest")
        {
            node.Proto.SetAttribute(GraphWriter.Attribute("nearest_mode", nearest));
        }
    }
}
