namespace ModelOptimizer.Pipeline.Gates;

/// <summary>Times runs of the two models. The seam between measuring and deciding.</summary>
internal interface ILatencyProbe
{
    /// <summary>Seconds that <paramref name="runs"/> runs of the original take.</summary>
    double Original(int runs);

    /// <summary>Seconds that <paramref name="runs"/> runs of the compressed model take.</summary>
    double Compressed(int runs);
}
