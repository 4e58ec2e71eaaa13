namespace ModelOptimizer.Tensors.Statistics;

/// <summary>Statistics of the original model's activations on the calibration data, shared by all methods.</summary>
public interface IStatistics
{
    /// <summary>Collects every key not yet known, in as few passes over the data as memory allows.</summary>
    void Require(IReadOnlyCollection<MomentKey> keys, CancellationToken cancellation);

    /// <summary>The moment of a key that <see cref="Require"/> collected.</summary>
    SecondMoment this[MomentKey key] { get; }
}
