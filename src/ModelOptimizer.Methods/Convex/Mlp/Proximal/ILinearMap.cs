namespace ModelOptimizer.Methods.Convex;

/// <summary>A linear map A from groups of weights, one a row, to predictions, one column a sample. Results are written into matrices that the caller keeps.</summary>
internal interface ILinearMap
{
    /// <summary>Rows of a weight matrix: the groups of the penalty.</summary>
    int Groups { get; }

    /// <summary>Columns of a weight matrix.</summary>
    int Width { get; }

    /// <summary><paramref name="prediction"/> ← A(<paramref name="weights"/>).</summary>
    void Apply(Matrix weights, Matrix prediction);

    /// <summary><paramref name="weights"/> ← Aᵀ(<paramref name="residual"/>).</summary>
    void Adjoint(Matrix residual, Matrix weights);
}
