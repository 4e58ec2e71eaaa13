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
    /// <param name="activations">Pairs of <see cref="BlockActivations.Input"/> and <see cref="BlockActivations.Target"/>, float32, read as often as it takes.</param>
    /// <exception cref="DiagnosticException">There are no samples, or the fit fails.</exception>
    FittedStudent Fit(BlockTask task, IBatchSource activations);
}
