using ModelOptimizer.Diagnostics;
using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Onnx.Proto;

namespace ModelOptimizer.Tensors.Gradients;

/// <summary>A node of the forward graph while the gradient passes it backwards.</summary>
internal sealed class BackwardNode
{
    private readonly BackwardPass _pass;

    public BackwardNode(BackwardPass pass, NodeProto node)
    {
        _pass = pass;
        Proto = node;
    }

    /// <summary>The node itself. A rule may add outputs that it needs and that the node does not have yet.</summary>
    public NodeProto Proto { get; }

    /// <summary>Where new nodes go: they stand after all nodes of the forward graph.</summary>
    public GraphWriter Graph => _pass.Graph;

    /// <summary>The gradient of the loss by the first output.</summary>
    public string OutputGradient => OutputGradientAt(0) ?? throw new InvalidOperationException($"node '{Proto.Name}' has no gradient at its first output");

    /// <summary>The tensor read at <paramref name="input"/>.</summary>
    public string Input(int input) => Proto.InputAt(input) ?? throw new InvalidOperationException($"node '{Proto.Name}' has no input {input}");

    /// <summary>Shape of the tensor read at <paramref name="input"/>, every extent known.</summary>
    public long[] InputShape(int input) => _pass.ShapeOf(Input(input));

    /// <summary>Shape of the output at <paramref name="output"/>.</summary>
    public long[] OutputShape(int output = 0) => _pass.ShapeOf(Proto.Output[output]);

    /// <summary>The attribute <c>axis</c> as an axis of the first input, from 0.</summary>
    public int Axis(long absent)
    {
        var axis = Proto.Int("axis", absent);
        return (int)(axis < 0 ? axis + InputShape(0).Length : axis);
    }

    /// <summary>The gradient of the loss by an output; null where the loss does not depend on it.</summary>
    public string? OutputGradientAt(int output) => output < Proto.Output.Count ? _pass.GradientOf(Proto.Output[output]) : null;

    /// <summary>
    /// The same for an operation of every element with <paramref name="input"/>: where that is as large as the output, a gradient that is one number for many
    /// elements need not be repeated.
    /// </summary>
    public string OutputGradientBeside(int input) =>
        InputShape(input).AsSpan().SequenceEqual(OutputShape()) ? _pass.Repeated(OutputGradient) ?? OutputGradient : OutputGradient;

    /// <summary>Repeats <paramref name="gradient"/> to the shape of the first input.</summary>
    public string Repeat(string gradient) => _pass.Repeat(gradient, InputShape(0));

    /// <summary>Whether anything that is trained lies behind <paramref name="input"/>.</summary>
    public bool Wants(int input) => Proto.InputAt(input) is { } name && _pass.Wants(name);

    /// <summary>
    /// Adds <paramref name="gradient"/>, of the input's shape, to what <paramref name="input"/> has got so far. Ignored where nobody wants it.
    /// </summary>
    public void Give(int input, string gradient)
    {
        if (Wants(input))
        {
            _pass.Add(Input(input), gradient);
        }
    }

    /// <summary>As <see cref="Give(int, string)"/>, the gradient made from that of the output, the first input and the first output.</summary>
    public void Give(int input, Func<GraphWriter, string, string, string, string> gradient) =>
        Give(input, gradient(Graph, OutputGradient, Input(0), Proto.Output[0]));

    /// <summary>As <see cref="Give(int, string)"/>, for a gradient of the output's shape and an input that was broadcast to it.</summary>
    public void GiveBroadcast(int input, string gradient)
    {
        if (Wants(input))
        {
            Give(input, Graph.SumTo(gradient, OutputShape(), InputShape(input)));
        }
    }

    /// <summary>The integers of a constant input; null where it is absent.</summary>
    /// <exception cref="DiagnosticException">The input is computed from the data.</exception>
    public long[]? ConstantIntegers(int input) => Proto.InputAt(input) is { } name ? _pass.ConstantIntegers(name, Proto) : null;

    /// <summary>A constant input that is not trained; null where it is absent, trained, or computed from the data.</summary>
    public TensorProto? Constant(int input) => Proto.InputAt(input) is { } name && !_pass.Wants(name) ? _pass.Constant(name) : null;

    /// <summary>The error of a node that cannot be differentiated, <paramref name="reason"/> in the present tense.</summary>
    public DiagnosticException NoGradient(string reason) => _pass.NoGradient(Proto, reason);
}
