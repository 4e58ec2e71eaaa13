using ModelOptimizer.Onnx.Blocks;
using ModelOptimizer.Tensors.Data;

namespace ModelOptimizer.Methods.Convex;

/// <summary>A kind of student: what it can replace, what it costs, how it is fitted.</summary>
internal interface IStudentForm
{
    /// <summary>The options that only it reads.</summary>
    IReadOnlyList<string> Options { get; }

    /// <summary>What it is a student of, as a plural.</summary>
    string Blocks { get; }

    /// <summary>Why no such student can replace a block; null when one can. Nothing else is asked about a block with an obstacle.</summary>
    string? Obstacle(BlockTask task);

    /// <summary>What the student will cost; the least where only the fit knows.</summary>
    StudentCost Cost(BlockTask task);

    /// <summary>What fitting it to so many samples takes.</summary>
    StudentNeeds Needs(BlockTask task, int samples);

    /// <summary>Fits a student.</summary>
    /// <param name="task">The block.</param>
    /// <param name="activations">Pairs of <see cref="BlockActivations.Input"/> and <see cref="BlockActivations.Target"/>, float32, read as often as it
    /// takes.</param>
    /// <exception cref="DiagnosticException">There are no samples, or the fit fails.</exception>
    FittedStudent Fit(BlockTask task, IBatchSource activations);
}

/// <summary>A block that a student shall replace.</summary>
/// <param name="Block">The block.</param>
/// <param name="InputShape">Shape of z, the tensor that enters, for one sample; the batch first.</param>
/// <param name="OutputShape">Shape of y, the tensor that leaves.</param>
/// <param name="ElementType">What the block computes in, a <c>TensorProto.DataType</c> value.</param>
/// <param name="Width">The student's width where it is given or decided; null leaves it to the form.</param>
internal sealed record BlockTask(Block Block, long[] InputShape, long[] OutputShape, int ElementType, int? Width);

/// <summary>What a student costs when it runs.</summary>
/// <param name="Width">Number of its gates.</param>
/// <param name="LearnedWeights">Weights without the gates', biases not counted.</param>
/// <param name="GateWeights">Weights of the gates, which are fixed and run all the same.</param>
/// <param name="Macs">Multiply-adds of one sample, gates included.</param>
internal readonly record struct StudentCost(int Width, long LearnedWeights, long GateWeights, long Macs)
{
    /// <summary>All weights.</summary>
    public long Weights => LearnedWeights + GateWeights;
}

/// <summary>What fitting a student takes.</summary>
/// <param name="PeakBytes">Predicted memory.</param>
/// <param name="Flops">Predicted floating-point operations.</param>
internal readonly record struct StudentNeeds(long PeakBytes, double Flops);

/// <summary>A student that was fitted.</summary>
/// <param name="RelativeError">‖S − Y‖/‖Y‖ over all that it was fitted to.</param>
/// <param name="Write">Writes its nodes, given the name of z; the last one makes y.</param>
internal sealed record FittedStudent(double RelativeError, Action<GraphWriter, string> Write)
{
    /// <summary>What it costs.</summary>
    public required StudentCost Cost { get; init; }

    /// <summary>What else the report says.</summary>
    public required string Note { get; init; }

    /// <summary>What there is to plot.</summary>
    public IReadOnlyList<Series> Series { get; init; } = [];

    /// <summary>What was proved.</summary>
    public IReadOnlyList<Certificate> Certificates { get; init; } = [];
}
