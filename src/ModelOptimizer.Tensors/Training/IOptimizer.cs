namespace ModelOptimizer.Tensors.Training;

/// <summary>
/// How a gradient becomes new parameters, as nodes of the training graph. All parameters are one vector, and so is everything that the optimiser keeps about
/// them.
/// </summary>
internal interface IOptimizer
{
    /// <summary>Number of vectors, as long as the parameters, that are kept from step to step. They start as zeros.</summary>
    int StateVectors { get; }

    /// <summary>The numbers that change from step to step, each an input of the graph.</summary>
    IReadOnlyList<string> Scalars { get; }

    /// <summary>The numbers at a step, in the order of <see cref="Scalars"/>, computed in float64.</summary>
    /// <param name="time">The step, from 1.</param>
    /// <param name="learningRate">Its learning rate.</param>
    IReadOnlyList<double> ScalarsAt(long time, double learningRate);

    /// <summary>Adds the nodes of one step.</summary>
    /// <param name="graph">Where to.</param>
    /// <param name="parameters">The parameters.</param>
    /// <param name="gradient">Their gradient.</param>
    /// <param name="state">The vectors kept.</param>
    /// <param name="scalars">The inputs named in <see cref="Scalars"/>.</param>
    /// <returns>The new parameters, then the new state.</returns>
    IReadOnlyList<string> Append(GraphWriter graph, string parameters, string gradient, IReadOnlyList<string> state, IReadOnlyList<string> scalars);
}
