using System.Globalization;
using System.Numerics.Tensors;
using ModelOptimizer.Methods.Sequential;
using ModelOptimizer.Tensors.Statistics;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Methods.Quantization;

/// <summary>Rounds weights: under the second moments of their inputs, or each number to the nearest of the grid.</summary>
/// <param name="context">Model, statistics and engine.</param>
/// <param name="underMoments">Whether second moments are used where there are any.</param>
/// <param name="position">Where the step is written.</param>
/// <param name="block">How many weights of a channel have one scale (<see cref="ScaleBlocks"/>); null where all have.</param>
internal sealed class WeightRounder(
    StepContext context, bool underMoments, SourcePosition? position, Func<WeightTarget, WeightFormat, int?>? block = null)
{
    // Rounding, and rounding again with the scales that fit the first codes.
    private const int Rounds = 2;

    private readonly ConstantLookup _constants = new(context.Model.Graph);
    private readonly BiasMove _biases = new(context.Model);

    /// <summary>Whether rounding <paramref name="target"/> asks for second moments, those of <see cref="WeightTarget.Measured"/>.</summary>
    public bool UsesMoments(WeightTarget target, WeightFormat format) => underMoments && format.HasCodes && target.Measured.Count > 0;

    /// <summary>The numbers of a weight, T×D.</summary>
    /// <exception cref="DiagnosticException">Some are not finite.</exception>
    public static Matrix Read(WeightTarget target, ConstantTensor constant, SourcePosition? position)
    {
        var weight = target.Axis!.ToRows(WeightValues.ReadDoubles(constant.Tensor));
        if (!weight.Values.All(double.IsFinite))
        {
            throw new DiagnosticException(
                MethodCodes.NotFinite,
                $"the weight '{constant.Name}' of '{target.Name}' has numbers that are not finite (NaN or infinity), which no grid has. "
                    + $"Check the model, or leave the layer out: 'layers: [\"!{target.Name}\"]'.",
                position
            );
        }

        return weight;
    }

    /// <summary>Rounds one weight.</summary>
    /// <param name="target">The weight.</param>
    /// <param name="format">The grid.</param>
    /// <param name="fit">What is rounded, and under which moments; null for the weight as it is. Whoever fitted it moves the bias.</param>
    /// <exception cref="DiagnosticException">It has numbers that are not finite.</exception>
    public RoundedWeight Round(WeightTarget target, WeightFormat format, RidgeFit? fit = null)
    {
        var constant = _constants.Find(target.Layer.Weight)!;
        var weight = fit?.Weight ?? Read(target, constant, position);
        var type = (DataType)constant.Tensor.DataType;
        var moment = fit is not null ? fit.Moment : UsesMoments(target, format) ? Moment(target) : null;
        var tensor = format.HasCodes ? RoundToCodes(target, weight, format, constant, moment) : RoundToHalves(target, weight, constant);
        var values = tensor.Values();
        var difference = target.Axis!.ToRows(values);
        TensorPrimitives.Subtract(weight.Values, difference.Values, difference.Values);
        // E[Δ·x] of each output: what a bias can take.
        var shift = moment is null || fit is not null ? null : Shift(difference, moment);
        var bias = shift is null || target.Measured.Count > 1 ? null : _biases.Find(target.Layer, shift);
        var energy = Energy(weight, moment) + (fit?.MeanEnergy ?? 0);
        return new RoundedWeight(
            target,
            tensor,
            values.All(double.IsFinite) ? null : $"a number would be too large for {ElementTypes.Name(format.HasCodes ? (int)type : (int)DataType.Float16)}",
            bias,
            RelativeError(energy, difference, moment, bias is null ? null : shift),
            Note(target, format, moment, isFitted: fit is not null)
        );
    }

    private RoundedTensor RoundToCodes(WeightTarget target, Matrix weight, WeightFormat format, ConstantTensor constant, SecondMoment? moment)
    {
        var perGroup = moment is null ? weight.Rows : weight.Rows / moment.Mean.Count;
        double[][]? diagonals = moment is null ? null : [.. moment.Mean.Select((_, group) => moment.Diagonal(group))];
        var width = block?.Invoke(target, format);
        var one = width is null && format.HasOneScale(weight);
        var scales = one ? ScaleSearch.One(weight, format) : ScaleSearch.Choose(
            weight,
            row => diagonals?[row / perGroup] is { } diagonal && diagonal.Any(value => value > 0) ? diagonal : null,
            format,
            width
        );
        var codes = new sbyte[weight.Values.Length];
        for (var group = 0; group * perGroup < weight.Rows; group++)
        {
            context.Cancellation.ThrowIfCancellationRequested();
            if (moment is not null && IRounding.IsUsable(moment, group))
            {
                RoundUnder(moment, group, weight, group * perGroup, perGroup, scales, format, codes, width, one || width is not null ? 1 : Rounds);
            }
            else
            {
                RoundToNearest(weight, group * perGroup, perGroup, scales, format, codes, width);
            }
        }

        var tensor = Tensor(target, format, constant, target.Axis!.ToStored(codes), scales, []);
        return one ? tensor with { Scales = [scales[0]], Axis = ChannelAxis.Whole(tensor.Dims) } : tensor with { Block = width };
    }

    // Twice: for given codes the best scale of a row is known, and it has better codes.
    private void RoundUnder(
        SecondMoment moment, int group, Matrix weight, int first, int rows, float[] scales, WeightFormat format, sbyte[] codes, int? width, int rounds)
    {
        var algebra = context.Engine.LinearAlgebra;
        var rounding = IRounding.Under(algebra, moment, group);
        Matrix Times(Matrix part) => moment.Times(algebra, group, part);
        rounding.Round(weight, first, rows, scales, format, codes, width);
        if (rounds == 1)
        {
            return;
        }

        var least = FittedScales.Fit(Times, weight, first, rows, scales, codes);
        for (var round = 1; round < rounds; round++)
        {
            var (next, better) = ((float[])scales.Clone(), new sbyte[codes.Length]);
            rounding.Round(weight, first, rows, next, format, better);
            var errors = FittedScales.Fit(Times, weight, first, rows, next, better);
            for (var i = 0; i < rows; i++)
            {
                if (errors[i] < least[i])
                {
                    (least[i], scales[first + i]) = (errors[i], next[first + i]);
                    Array.Copy(better, (first + i) * weight.Columns, codes, (first + i) * weight.Columns, weight.Columns);
                }
            }
        }
    }

    private static RoundedTensor RoundToHalves(WeightTarget target, Matrix weight, ConstantTensor constant) =>
        Tensor(target, WeightFormat.Half, constant, [], [], Array.ConvertAll(WeightValues.ReadDoubles(constant.Tensor), value => (Half)value));

    private static RoundedTensor Tensor(WeightTarget target, WeightFormat format, ConstantTensor constant, sbyte[] codes, float[] scales, Half[] halves) =>
        new(constant.Name, [.. constant.Tensor.Dims], (DataType)constant.Tensor.DataType, format, codes, scales, target.Axis!, halves);

    private static void RoundToNearest(Matrix weight, int first, int rows, float[] scales, WeightFormat format, sbyte[] codes, int? width) =>
        Parallel.For(first, first + rows, row =>
        {
            var numbers = weight.Row(row);
            var own = new ScaleBlocks(weight.Columns, width).Row(scales, row);
            for (var d = 0; d < numbers.Length; d++)
            {
                codes[(row * weight.Columns) + d] = (sbyte)format.Code(numbers[d], own[d]);
            }
        });

    // Several readers: the sum of what an error does to each of them, by how often it reads.
    private SecondMoment Moment(WeightTarget target)
    {
        List<SecondMoment> moments = [.. target.Measured.Select(layer => context.ActivationStatistics[MomentKey.Of(layer)])];
        if (moments.Count == 1)
        {
            return target.Through is { } through ? through(context.Engine.LinearAlgebra, moments[0]) : moments[0];
        }

        var count = moments.Sum(moment => moment.Count);
        double[] Sum(Func<SecondMoment, double[]> numbers)
        {
            var sum = new double[numbers(moments[0]).Length];
            foreach (var moment in moments)
            {
                TensorPrimitives.MultiplyAdd(numbers(moment), (double)moment.Count / count, sum, sum);
            }

            return sum;
        }

        return new SecondMoment(
            [.. moments[0].Sigma.Select((first, group) => new Matrix(first.Rows, first.Columns, Sum(moment => moment.Sigma[group].Values)))],
            [.. moments[0].Mean.Select((_, group) => Sum(moment => moment.Mean[group]))],
            count
        );
    }

    private static double[] Shift(Matrix difference, SecondMoment moment)
    {
        var perGroup = difference.Rows / moment.Mean.Count;
        return [.. Enumerable.Range(0, difference.Rows).Select(row => TensorPrimitives.Dot<double>(difference.Row(row), moment.Mean[row / perGroup]))];
    }

    // √(tr(ΔΣΔᵀ)/tr(WΣWᵀ)), less what the bias takes; with Σ = I where there is none.
    private double RelativeError(double energy, Matrix difference, SecondMoment? moment, double[]? taken)
    {
        var error = Energy(difference, moment) - (taken is null ? 0 : TensorPrimitives.SumOfSquares<double>(taken));
        return energy > 0 ? Math.Sqrt(Math.Max(0, error) / energy) : 0;
    }

    private double Energy(Matrix rows, SecondMoment? moment)
    {
        if (moment is null)
        {
            return TensorPrimitives.SumOfSquares<double>(rows.Values);
        }

        var perGroup = rows.Rows / moment.Mean.Count;
        var sum = 0.0;
        for (var group = 0; group < moment.Mean.Count; group++)
        {
            var part = new Matrix(perGroup, rows.Columns, rows.Values[(group * perGroup * rows.Columns)..((group + 1) * perGroup * rows.Columns)]);
            sum += TensorPrimitives.Dot<double>(part.Values, moment.Times(context.Engine.LinearAlgebra, group, part).Values);
        }

        return sum;
    }

    private string? Note(WeightTarget target, WeightFormat format, SecondMoment? moment, bool isFitted)
    {
        if (!underMoments || !format.HasCodes)
        {
            return null;
        }

        return moment is null ? "nearest: its inputs are not measured"
            : !moment.Mean.Where((_, group) => IRounding.IsUsable(moment, group)).Any() ? "nearest: its input on the calibration data is zero"
            : isFitted || moment.Count >= target.Axis!.Width ? null
            : string.Create(CultureInfo.InvariantCulture, $"{moment.Count} windows for {target.Axis.Width} directions: more calibration data would help");
    }
}

/// <summary>What rounding made of a weight.</summary>
/// <param name="Target">The weight.</param>
/// <param name="Tensor">Its numbers.</param>
/// <param name="Obstacle">Why they cannot be used; null when they can.</param>
/// <param name="Bias">What the layer's bias becomes; null where it stays.</param>
/// <param name="RelativeError">√(tr(ΔΣΔᵀ)/tr(WΣWᵀ)); Σ = I where it was not measured.</param>
/// <param name="Note">What the report should say; null for nothing.</param>
internal sealed record RoundedWeight(WeightTarget Target, RoundedTensor Tensor, string? Obstacle, NewNumbers? Bias, double RelativeError, string? Note)
{
    /// <summary>A clone of <paramref name="model"/> with the numbers of <paramref name="weights"/> as plain constants, and their biases.</summary>
    public static OnnxModel Apply(OnnxModel model, IReadOnlyList<RoundedWeight> weights)
    {
        var plain = model.Clone();
        var constants = new ConstantLookup(plain.Graph);
        foreach (var weight in weights)
        {
            WeightValues.Write(constants[weight.Tensor.Name], weight.Tensor.Values());
            weight.Bias?.Apply(plain);
        }

        return plain;
    }
}
