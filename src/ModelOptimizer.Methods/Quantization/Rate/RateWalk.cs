using System.Globalization;
using System.Numerics.Tensors;
using ModelOptimizer.Methods.Sequential;
using ModelOptimizer.Tensors.Statistics;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Methods.Quantization.Rate;

/// <summary>
/// Rounds all weights for their entropy, in a <see cref="RoundingWalk"/>: with one step for the whole layer, each column making up for those before it.
/// </summary>
/// <param name="context">Model, samples and engine.</param>
/// <param name="names">The weights, by the names of their targets.</param>
/// <param name="position">Where the step is written.</param>
internal sealed class RateWalk(StepContext context, IReadOnlySet<string> names, SourcePosition? position)
{
    // By how much clipping may raise a layer's error before a wider container is taken.
    private const double ClippingCost = 0.01;

    private const string NotMeasured = "nearest: its inputs are not measured";

    private static readonly WeightFormat Narrow = WeightFormat.Find("4")!;
    private static readonly WeightFormat Wide = WeightFormat.Find("8")!;

    private readonly ILinearAlgebra _algebra = context.Engine.LinearAlgebra;
    private readonly ConstantLookup _constants = new(context.Model.Graph);
    private readonly WalkMemory<RoundedWeight> _memory = StoredRounding.Memory(context, "rounding by a rate");

    /// <summary>Walks once. The weights come in the order of the model.</summary>
    /// <param name="stepOf">The step of a weight; of one that is solved anew, from what its rounding is measured by.</param>
    /// <param name="decision">What decides that step, in a word.</param>
    public IReadOnlyList<EntropyCodedWeight> Run(Func<WeightTarget, RoundingMeasure?, double> stepOf, Func<WeightTarget, string> decision) =>
        [.. new RoundingWalk(context, names, position)
            .Run((target, fit) => fit is null ? Nearest(target, stepOf(target, null)) : Under(fit, target, stepOf), _memory, decision)
            .Select(weight => new EntropyCodedWeight(weight))];

    private RoundedWeight Under(RidgeFit fit, WeightTarget target, Func<WeightTarget, RoundingMeasure?, double> stepOf)
    {
        var moment = fit.Moment;
        IRounding?[] roundings = [.. moment.Mean.Select((_, group) => IRounding.IsUsable(moment, group) ? IRounding.Under(_algebra, moment, group) : null)];
        var step = Bounded(stepOf(target, new RoundingMeasure(moment, roundings)), fit.Weight);
        var (codes, format) = Codes(fit.Weight, moment, roundings, step);
        var note = string.Create(CultureInfo.InvariantCulture, $"codes of {format.Bits} bits");
        return new RoundedWeight(target, Tensor(target, codes, step, format), null, null, RelativeError(fit, codes, step), note);
    }

    private RoundedWeight Nearest(WeightTarget target, double wanted)
    {
        var weight = WeightRounder.Read(target, _constants.Find(target.Layer.Weight)!, position);
        var step = Bounded(wanted, weight);
        var codes = new sbyte[weight.Values.Length];
        for (var i = 0; i < codes.Length; i++)
        {
            codes[i] = (sbyte)Wide.Code(weight.Values[i], step);
        }

        var tensor = Tensor(target, codes, step, Fits(codes) ? Narrow : Wide);
        var (error, energy) = (0.0, TensorPrimitives.SumOfSquares<double>(weight.Values));
        for (var i = 0; i < codes.Length; i++)
        {
            error += Math.Pow(weight.Values[i] - WeightFormat.Value(codes[i], step), 2);
        }

        return new RoundedWeight(target, tensor, null, null, energy > 0 ? Math.Sqrt(error / energy) : 0, NotMeasured);
    }

    // A byte's codes are enough for every number, and one step up for the largest.
    private static float Bounded(double step, Matrix weight)
    {
        var largest = Math.Abs(TensorPrimitives.MaxMagnitude<double>(weight.Values));
        // What reads nothing on these samples gets the finest: nothing is known about it.
        return largest == 0 ? 1 : (float)(step < double.PositiveInfinity ? Math.Clamp(step, largest / Wide.Highest, largest) : largest / Wide.Highest);
    }

    private (sbyte[] Codes, WeightFormat Format) Codes(Matrix weight, SecondMoment moment, IRounding?[] roundings, float step)
    {
        var wide = Round(weight, roundings, step, Wide);
        if (Fits(wide))
        {
            return (wide, Narrow);
        }

        var narrow = Round(weight, roundings, step, Narrow);
        return Error(weight, moment, narrow, step) <= (1 + ClippingCost) * Error(weight, moment, wide, step) ? (narrow, Narrow) : (wide, Wide);
    }

    private double RelativeError(RidgeFit solved, sbyte[] codes, float step)
    {
        var energy = Error(solved.Weight, solved.Moment, new sbyte[codes.Length], step) + solved.MeanEnergy;
        return energy > 0 ? Math.Sqrt(Error(solved.Weight, solved.Moment, codes, step) / energy) : 0;
    }

    private static bool Fits(sbyte[] codes) => Array.TrueForAll(codes, code => code >= Narrow.Lowest && code <= Narrow.Highest);

    private static sbyte[] Round(Matrix weight, IRounding?[] roundings, float step, WeightFormat format)
    {
        var codes = new sbyte[weight.Values.Length];
        float[] scales = [.. Enumerable.Repeat(step, weight.Rows)];
        var perGroup = weight.Rows / roundings.Length;
        for (var group = 0; group < roundings.Length; group++)
        {
            if (roundings[group] is { } rounding)
            {
                rounding.Round(weight, group * perGroup, perGroup, scales, format, codes);
                continue;
            }

            for (var i = group * perGroup * weight.Columns; i < (group + 1) * perGroup * weight.Columns; i++)
            {
                codes[i] = (sbyte)format.Code(weight.Values[i], step);
            }
        }

        return codes;
    }

    private double Error(Matrix weight, SecondMoment moment, sbyte[] codes, float step)
    {
        var perGroup = weight.Rows / moment.Mean.Count;
        var (sum, length) = (0.0, perGroup * weight.Columns);
        for (var group = 0; group < moment.Mean.Count; group++)
        {
            var part = new Matrix(perGroup, weight.Columns);
            for (var i = 0; i < length; i++)
            {
                part.Values[i] = weight.Values[(group * length) + i] - WeightFormat.Value(codes[(group * length) + i], step);
            }

            sum += TensorPrimitives.Dot<double>(part.Values, moment.Times(_algebra, group, part).Values);
        }

        return sum;
    }

    /// <summary>The smallest that <paramref name="target"/> can become, without its numbers.</summary>
    public static RoundedTensor Empty(WeightTarget target) =>
        RoundedTensor.Empty(target, Narrow, target.Layer.ElementType) with { Scales = new float[1], Axis = ChannelAxis.Whole(target.Layer.WeightShape) };

    private RoundedTensor Tensor(WeightTarget target, sbyte[] codes, float step, WeightFormat format)
    {
        var constant = _constants.Find(target.Layer.Weight)!;
        long[] dims = [.. constant.Tensor.Dims];
        var (type, stored) = ((DataType)constant.Tensor.DataType, target.Axis!.ToStored(codes));
        return new RoundedTensor(constant.Name, dims, type, format, stored, [step], ChannelAxis.Whole(dims), []);
    }
}

/// <summary>What the rounding of a layer is measured by.</summary>
/// <param name="moment">Σ̃ of each group.</param>
/// <param name="roundings">Of each group; null where Σ̃ is zero.</param>
internal sealed class RoundingMeasure(SecondMoment moment, IReadOnlyList<IRounding?> roundings)
{
    /// <summary>tr(Σ̃)/D over all groups.</summary>
    public double Energy { get; } = moment.Mean.Select((_, group) => moment.Diagonal(group).Average()).Average();

    /// <summary>g, the geometric mean of 1/R_kk over all groups' columns.</summary>
    public double Spread { get; } = Math.Exp(-roundings.OfType<IRounding>().Select(rounding => rounding.LogDiagonal).DefaultIfEmpty(0).Average());
}

/// <summary>A weight whose numbers are multiples of one step.</summary>
/// <param name="Rounded">Its numbers.</param>
internal sealed record EntropyCodedWeight(RoundedWeight Rounded)
{
    /// <summary>δ.</summary>
    public double Step => Rounded.Tensor.Scales[0];

    /// <summary>Bits of all codes by their entropy.</summary>
    public double Bits { get; } = CodeEntropy.Bits(Rounded.Tensor.Codes);
}
