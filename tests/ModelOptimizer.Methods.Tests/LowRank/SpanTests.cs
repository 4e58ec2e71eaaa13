using ModelOptimizer.Methods.Common;
using ModelOptimizer.Methods.LowRank;
using ModelOptimizer.Methods.Quantization;
using ModelOptimizer.Methods.Sequential;
using ModelOptimizer.Tensors.LinearAlgebra;
using ModelOptimizer.Tensors.Statistics;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Methods.Tests.LowRank;

/// <summary>Few samples of many inputs are worked with as they are, to the same results.</summary>
public class SpanTests
{
    // The fewest inputs of which samples are kept.
    private const int Inputs = 2048;

    private static ILinearAlgebra Algebra => TestEngine.Shared.LinearAlgebra;

    [Theory]
    [InlineData(false, null)]
    [InlineData(true, null)]
    [InlineData(false, 0.3)]
    [InlineData(true, 0.0)]
    public void Products_with_the_span_are_those_with_the_whole_moment(bool centred, double? shrink)
    {
        var random = new Random64(1);
        var (span, rows) = (random.Matrix(12, 50), random.Matrix(4, 50));
        double[] mean = [.. Enumerable.Range(0, 50).Select(d => Enumerable.Range(0, 12).Sum(i => span[i, d]) / Math.Sqrt(12))];
        var moment = SecondMoment.OfSpan(Algebra, span, mean, 12);

        var found = new SpanMetric(Algebra, moment, centred, shrink).Times(rows);

        var whole = new SecondMoment([moment.Sigma[0]], [mean], 12);
        Close(found, new CovarianceMetric(Algebra, MomentPreparation.Prepare(whole, 0, centred, shrink), 1).Times(rows));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_walk_that_keeps_few_positions_comes_to_the_same_fit(bool movesBias)
    {
        var random = new Random64(2);
        var (weight, inputs, outputs) = (random.Matrix(5, Inputs), random.Matrix(Inputs, 40), random.Matrix(5, 40));
        RidgeFit Fit(bool keepsFew)
        {
            CrossMoments Of(int first, int end)
            {
                var moments = new CrossMoments(Algebra, 1, Inputs, 5, keepsFew);
                for (var start = first; start < end; start += 10)
                {
                    moments.Add(inputs.Block(0, start, Inputs, 10), outputs.Block(0, start, 5, 10));
                }

                return moments;
            }

            return RidgeFit.Solve(Algebra, weight, Of(0, 30), Of(30, 40), bias: null, movesBias, isFixed: true);
        }

        var (few, whole) = (Fit(true), Fit(false));

        few.Moment.Span.ShouldNotBeNull().Rows.ShouldBe(40);
        whole.Moment.Span.ShouldBeNull();
        few.Weight.Values.ShouldBe(whole.Weight.Values);
        Close(few.Moment.Times(Algebra, 0, weight), whole.Moment.Times(Algebra, 0, weight));
        few.Moment.Diagonal(0).Sum().ShouldBe(whole.Moment.Diagonal(0).Sum(), 1e-9 * Inputs);
        few.MeanEnergy.ShouldBe(whole.MeanEnergy, 1e-9 * Inputs);
        few.Shift(weight).Zip(whole.Shift(weight), (a, b) => Math.Abs(a - b)).Max().ShouldBeLessThan(1e-9);
    }

    [Fact]
    public void A_solution_is_chosen_by_few_positions_that_are_held_back()
    {
        var random = new Random64(3);
        var (weight, inputs) = (random.Matrix(5, Inputs), random.Matrix(Inputs, 2800));
        var outputs = Algebra.Multiply(weight, inputs);
        weight.Values[0] += 3;
        RidgeFit Fit(bool keepsFew)
        {
            CrossMoments Of(int first, int columns)
            {
                var moments = new CrossMoments(Algebra, 1, Inputs, 5, keepsFew);
                moments.Add(inputs.Block(0, first, Inputs, columns), outputs.Block(0, first, 5, columns));
                return moments;
            }

            return RidgeFit.Solve(Algebra, weight, Of(0, 2100), Of(2100, 700), bias: null, movesBias: true);
        }

        // Too many to be kept themselves are 2,100, and 700 are not.
        var (few, whole) = (Fit(true), Fit(false));

        Math.Abs(few.Weight.Values[0] - weight.Values[0]).ShouldBeGreaterThan(0.1);
        Close(few.Weight, whole.Weight);
    }

    [Fact]
    public void A_head_of_many_inputs_may_be_rounded_alone()
    {
        var model = new GraphBuilder().Input("x", [-1, 40_000]).Gemm("x", "y", 8, 40_000).Output("y").Build();
        var plan = new QuantizeMethod().Plan(
            MethodRun.Context(model, new RandomBatches(model, 2, 4)), MethodRun.Arguments(("weights", "4"), ("fit", "independent")));

        plan.PeakBytes.ShouldBeLessThan(sizeof(double) * 40_000L * 40_000);
    }

    [Theory]
    [InlineData("tucker")]
    [InlineData("quantize")]
    public void A_head_of_many_inputs_and_few_samples_takes_no_square_of_its_inputs(string method)
    {
        var model = new GraphBuilder().Input("x", [-1, 40_000]).Gemm("x", "y", 8, 40_000).Output("y").Build();
        var context = MethodRun.Context(model, new RandomBatches(model, 2, 8));
        var arguments = method == "tucker" ? MethodRun.Arguments(("ranks", MethodRun.Ranks(2))) : MethodRun.Arguments(("weights", "4"));
        var before = GC.GetTotalAllocatedBytes();

        MethodRun.Named(method).Run(context, arguments).Layers.ShouldHaveSingleItem().SkipReason.ShouldBeNull();

        (GC.GetTotalAllocatedBytes() - before).ShouldBeLessThan(sizeof(double) * 40_000L * 40_000);
    }

    [Fact]
    public void The_forecast_counts_a_span_as_what_it_is()
    {
        var model = new GraphBuilder().Input("x", [-1, 8192]).Gemm("x", "y", 8, 8192).Output("y").Build();
        long Plan(int samples) => new TuckerMethod().Plan(
            MethodRun.Context(model, new RandomBatches(model, samples, 1)), MethodRun.Arguments(("ranks", MethodRun.Ranks(2)))).PeakBytes;

        const long Square = 8L * 8192 * 8192;
        Plan(64).ShouldBeLessThan(Plan(8) + (Square / 4));
        Plan(5000).ShouldBeGreaterThan(Plan(64) + (5 * Square));
    }

    private static void Close(Matrix found, Matrix expected)
    {
        var scale = expected.Values.Max(Math.Abs);
        found.Values.Zip(expected.Values, (a, b) => Math.Abs(a - b)).Max().ShouldBeLessThan(1e-11 * scale);
    }
}
