using ModelOptimizer.Diagnostics;
using ModelOptimizer.Methods.BlockDescent;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Layers;
using ModelOptimizer.Tensors.LinearAlgebra;
using ModelOptimizer.Tensors.Shapes;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Methods.Tests.BlockDescent;

public class ChainTests
{
    private static readonly IReadOnlyDictionary<string, OnnxModel> Models = new Dictionary<string, OnnxModel>
    {
        ["gemm"] = new GraphBuilder()
            .Input("x", [-1, 9])
            .Gemm("x", "a", 7, 9, transB: true)
            .Node("Relu", ["a"], ["ar"])
            .Gemm("ar", "b", 5, 7, bias: false)
            .Node("Relu", ["b"], ["br"])
            .Gemm("br", "c", 3, 5)
            .Output("c")
            .Build(),
        ["alpha and beta"] = new GraphBuilder()
            .Input("x", [-1, 9])
            .Gemm("x", "a", 7, 9, true, true, ("alpha", 0.5), ("beta", 2.0))
            .Node("Relu", ["a"], ["ar"])
            .Gemm("ar", "b", 3, 7)
            .Output("b")
            .Build(),
        ["matmul"] = new GraphBuilder()
            .Input("x", [-1, 9])
            .MatMul("x", "m", 7, 9)
            .Random("mb", [7])
            .Node("Add", ["m", "mb"], ["a"])
            .Node("Relu", ["a"], ["ar"])
            .MatMul("ar", "b", 3, 7)
            .Output("b")
            .Build(),
        ["convolution"] = new GraphBuilder()
            .Input("x", [-1, 2, 7, 6])
            .Conv("x", "a", 4, 2, [3, 3], true, 1, ("strides", new[] { 2, 2 }), ("pads", new[] { 1, 0, 1, 1 }))
            .Node("Relu", ["a"], ["ar"])
            .Node("Flatten", ["ar"], ["f"])
            .Gemm("f", "b", 5, 48)
            .Node("Relu", ["b"], ["br"])
            .Gemm("br", "c", 3, 5)
            .Output("c")
            .Build(),
        ["convolution along one axis"] = new GraphBuilder()
            .Input("x", [-1, 3, 11])
            .Conv("x", "a", 4, 3, [3], true, 1, ("auto_pad", "SAME_UPPER"), ("strides", new[] { 2 }))
            .Node("Relu", ["a"], ["ar"])
            .Node("Flatten", ["ar"], ["f"])
            .Gemm("f", "b", 3, 24)
            .Output("b")
            .Build(),
        ["dilated convolution"] = new GraphBuilder()
            .Input("x", [-1, 2, 9, 9])
            .Conv("x", "a", 3, 2, [3, 2], true, 1, ("dilations", new[] { 2, 3 }))
            .Node("Relu", ["a"], ["ar"])
            .Node("Flatten", ["ar"], ["f"])
            .Gemm("f", "b", 3, 90)
            .Output("b")
            .Build(),
        ["behind a trunk"] = new GraphBuilder()
            .Input("x", [-1, 2, 6, 6])
            .Conv("x", "t", 5, 2, [3, 3])
            .Node("Sigmoid", ["t"], ["ts"])
            .Node("GlobalAveragePool", ["ts"], ["p"])
            .Node("Flatten", ["p"], ["f"])
            .Gemm("f", "a", 6, 5)
            .Node("Relu", ["a"], ["ar"])
            .Gemm("ar", "b", 3, 6)
            .Node("Softmax", ["b"], ["y"])
            .Output("y")
            .Build(),
    };

    public static TheoryData<string> Names() => [.. Models.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_variables_start_at_what_the_model_itself_computes(string name)
    {
        var model = Models[name];
        var context = MethodRun.Context(model, new RandomBatches(model, 3, 8));
        var options = NnBcdOptions.From(MethodRun.Arguments(("rank", MethodRun.Ranks(2))));
        var chain = LayerChain.Find(context.Model, context.Shapes, null);
        chain.Layers.Count.ShouldBe(name is "gemm" or "convolution" ? 3 : 2);

        var data = ChainData.Read(context, chain, options);
        var network = new BcdNetwork(
            context.Engine.LinearAlgebra,
            data.Input,
            null,
            [
                .. chain.Layers.Select(layer => new BcdLayer
                {
                    Weight = layer.Weight,
                    Bias = layer.Bias ?? new double[layer.Weight.Rows],
                    Relu = layer.Relu,
                }),
            ]
        );

        // The teacher's outputs come out of ONNX Runtime, those of the variables out of matrix products.
        data.Target.Columns.ShouldBe(24);
        MethodRun.Difference(data.Target.Values, network.Target.Values).ShouldBeLessThan(1e-5, name);
    }

    [Fact]
    public void Reasons_of_twice_as_many_layers_take_twice_as_much()
    {
        long Allocated(int layers)
        {
            var builder = new GraphBuilder().Input("x", [1, 4, 4, 4]);
            for (var i = 0; i < layers; i++)
            {
                builder.Conv(i == 0 ? "x" : $"c{i - 1}", $"c{i}", 4, 4, [1, 1]);
            }

            var model = builder.Node("Flatten", [$"c{layers - 1}"], ["f"]).Gemm("f", "y", 3, 64).Output("y").Build();
            var chain = LayerChain.Find(model, ShapeProbe.Run(TestEngine.Shared, model), null);
            var all = LayerFinder.FindAll(model);
            var before = GC.GetAllocatedBytesForCurrentThread();
            var whyNot = chain.WhyNot(model);
            all.SkipLast(2).Select(whyNot).ShouldAllBe(reason => reason.Contains("only the first layer of a chain may be a convolution"));
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Allocated(20);

        Allocated(400).ShouldBeLessThan(3 * Allocated(200));
    }

    [Fact]
    public void The_target_is_one_hot_or_the_original_models_output()
    {
        var model = Models["gemm"];
        var context = MethodRun.Context(model, new LabelledBatches(model, 3));
        var chain = LayerChain.Find(model, context.Shapes, null);

        var labels = ChainData.Read(context, chain, NnBcdOptions.From(MethodRun.Arguments(("rank", MethodRun.Ranks(2)), ("target", true)))).Target;
        var teacher = ChainData.Read(context, chain, NnBcdOptions.From(MethodRun.Arguments(("rank", MethodRun.Ranks(2))))).Target;

        var expected = context.Calibration!.Read().SelectMany(batch => batch.Labels!).ToList();
        for (var sample = 0; sample < expected.Count; sample++)
        {
            Enumerable.Range(0, 3).Select(row => labels[row, sample]).ShouldBe(Enumerable.Range(0, 3).Select(row => row == expected[sample] ? 1.0 : 0.0));
        }

        teacher.Values.ShouldNotBe(labels.Values);
        NnBcdOptions.From(MethodRun.Arguments(("rank", MethodRun.Ranks(2)), ("start", Start.Normal))).Labels.ShouldBeTrue();
    }

    [Fact]
    public void Without_labels_or_with_strange_ones_a_target_of_labels_is_an_error()
    {
        var model = Models["gemm"];
        var options = NnBcdOptions.From(MethodRun.Arguments(("rank", MethodRun.Ranks(2)), ("target", true)));
        DiagnosticException Read(ModelOptimizer.Tensors.Data.IBatchSource batches)
        {
            var context = MethodRun.Context(model, batches);
            return Should.Throw<DiagnosticException>(() => ChainData.Read(context, LayerChain.Find(model, context.Shapes, null), options));
        }

        Read(new RandomBatches(model)).Diagnostic.Code.ShouldBe(MethodCodes.NoTarget);
        Read(new LabelledBatches(model, 7)).Diagnostic.Message.ShouldContain("has the label");
    }

    [Theory]
    [InlineData("normal", 0.01)]
    [InlineData("uniform", 0.0115)]
    [InlineData("kaiming-normal", 0.2 * 0.0632)]
    [InlineData("kaiming-uniform", 0.2 * 0.0632)]
    [InlineData("lecun-normal", 0.0447)]
    [InlineData("lecun-uniform", 0.0447)]
    [InlineData("xavier-normal", 0.0535)]
    [InlineData("xavier-uniform", 0.0535)]
    [InlineData("orthogonal", 0.0447)]
    public void Initialisers_have_the_deviation_that_their_papers_give_them(string word, double deviation)
    {
        // 200 outputs, 500 inputs.
        var weight = StartingWeights.Draw(
            TestEngine.Shared.LinearAlgebra,
            Enum.Parse<Start>(word.Replace("-", "", StringComparison.Ordinal), ignoreCase: true),
            200,
            500,
            new Random(1)
        );

        Math.Sqrt(weight.Values.Average(value => value * value)).ShouldBe(deviation, 0.02 * deviation);
        weight.Values.Average().ShouldBe(0, 0.02 * deviation);
        if (word == "orthogonal")
        {
            var gram = TestEngine.Shared.LinearAlgebra.Gram(weight);
            MethodRun.Difference(Matrix.Identity(200).Values, gram.Values).ShouldBeLessThan(1e-10);
        }
    }
}
