using ModelOptimizer.Methods.Sequential;

namespace ModelOptimizer.Methods.LowRank;

/// <summary>What a walk made of a layer.</summary>
/// <param name="Factored">Its factors; null where it keeps its form.</param>
/// <param name="Weight">The weight of one that keeps its form, as its element type has the numbers; null where that stays, and of factors.</param>
/// <param name="Bias">What its bias becomes; null where that stays.</param>
internal sealed record FittedLayer(SolvedLayer? Factored = null, double[]? Weight = null, NewNumbers? Bias = null)
{
    /// <summary>How many numbers it has.</summary>
    public long Count =>
        (Weight?.LongLength ?? 0) + (Bias?.Values.LongLength ?? 0) + (Factored is null ? 0 : Matrices(Factored).Sum(part => part.Values.LongLength));

    public static void Write(BinaryWriter writer, FittedLayer layer)
    {
        writer.WriteOptional(layer.Weight, writer.Write);
        writer.WriteOptional(layer.Bias, writer.Write);
        writer.WriteOptional(layer.Factored, solved =>
        {
            var (replacement, factors) = (solved.Replacement, solved.Replacement.Factors);
            writer.WriteOptional(factors.Input, writer.Write);
            writer.Write(factors.Cores.Count);
            foreach (var core in factors.Cores)
            {
                writer.Write(core.Weight);
                writer.Write(core.Depthwise);
                writer.Write(core.Axis ?? -1);
            }

            writer.WriteOptional(factors.Output, writer.Write);
            writer.WriteOptional(replacement.Bias, writer.Write);
            writer.Write(replacement.Folded);
            writer.WriteOptional(replacement.Moved, writer.Write);
            writer.Write(solved.RelativeError);
            writer.WriteOptional(solved.Note, writer.Write);
        });
    }

    /// <param name="reader">What was written.</param>
    /// <param name="layer">The layer.</param>
    public static FittedLayer Read(BinaryReader reader, WeightLayer layer)
    {
        var (weight, bias) = (reader.ReadOptional(reader.ReadDoubles), reader.ReadOptional(reader.ReadNewNumbers));
        return new FittedLayer(reader.ReadOptional(() => ReadSolved(reader, layer)), weight, bias);
    }

    private static SolvedLayer ReadSolved(BinaryReader reader, WeightLayer layer)
    {
        var input = reader.ReadOptional(reader.ReadMatrix);
        CoreTensor[] cores = [.. Enumerable.Range(0, reader.ReadInt32()).Select(_ => ReadCore(reader))];
        var factors = new FactorTensors(input, cores, reader.ReadOptional(reader.ReadMatrix));
        var replacement = new LayerReplacement(layer, factors, reader.ReadOptional(reader.ReadDoubles), reader.ReadBoolean())
        {
            Moved = reader.ReadOptional(reader.ReadNewNumbers),
        };
        return new SolvedLayer(replacement, reader.ReadDouble(), reader.ReadOptional(reader.ReadString));
    }

    private static CoreTensor ReadCore(BinaryReader reader)
    {
        var (weight, isDepthwise, axis) = (reader.ReadMatrix(), reader.ReadBoolean(), reader.ReadInt32());
        return new CoreTensor(weight, isDepthwise, axis < 0 ? null : axis);
    }

    private static IEnumerable<Matrix> Matrices(SolvedLayer solved) =>
        new[] { solved.Replacement.Factors.Input, solved.Replacement.Factors.Output }
            .Concat(solved.Replacement.Factors.Cores.Select(core => core.Weight))
            .OfType<Matrix>();
}
