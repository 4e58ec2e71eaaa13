using ModelOptimizer.Methods.Distillation;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Onnx.Writing;
using ModelOptimizer.Testing;
using DataType = ModelOptimizer.Onnx.Proto.TensorProto.Types.DataType;

namespace ModelOptimizer.Methods.Tests.Distillation;

/// <summary>Models of float16: trained in float32, and rounded back.</summary>
public class HalfTrainingTests
{
    [Theory]
    [InlineData("distill", "dense")]
    [InlineData("distill", "convolutional")]
    [InlineData("opdf", "dense")]
    [InlineData("opdf", "convolutional")]
    public void A_float16_model_is_trained_and_stays_one(string method, string network)
    {
        var teacher = Half(network == "dense" ? StudentRun.Dense(softmax: true) : StudentRun.Convolutional());
        var student = StudentRun.Worse(teacher);

        var result = StudentRun.Train(method, StudentRun.Context(teacher, student, new RandomBatches(teacher)), ("epochs", 30), ("learning-rate", 3e-3));

        result.Model.Graph.Node.ShouldBe(student.Graph.Node);
        result.Model.Graph.Input.ShouldBe(student.Graph.Input);
        result.Model.Graph.Initializer.ShouldAllBe(tensor => tensor.DataType == (int)DataType.Float16);
        result.Model.SizeInBytes.ShouldBe(student.SizeInBytes);
        result.Layers.ShouldAllBe(layer => layer.RelativeError > 0 && layer.Note!.EndsWith("; in float32, and rounded to float16"));
        StudentRun.Distance(teacher, result.Model).ShouldBeLessThan(0.5 * StudentRun.Distance(teacher, student));
    }

    [Fact]
    public void The_loss_that_is_reported_is_that_of_the_weights_that_are_stored()
    {
        var teacher = Half(StudentRun.Dense());
        var student = StudentRun.Worse(teacher);
        (string, object)[] options = [("epochs", 20), ("learning-rate", 3e-3), ("augment", "none")];
        var context = StudentRun.Context(teacher, student, new RandomBatches(teacher));

        var trained = StudentRun.Train("distill", context, options);
        // A training of what came out begins where the first ended.
        var again = StudentRun.Train("distill", StudentRun.Context(teacher, trained.Model, new RandomBatches(teacher)), [.. options, ("undo", "never")]);

        double Loss(StepResult result, string when) => result.Certificates.Single(one => one.Name.EndsWith(when, StringComparison.Ordinal)).Value;
        Loss(again, ", before").ShouldBe(Loss(trained, ", after"), 1e-6 * Loss(trained, ", after"));
    }

    [Fact]
    public void The_copy_in_float32_computes_what_the_model_does_and_only_where_float16_is_run()
    {
        var model = Half(StudentRun.Convolutional());
        var single = SinglePrecision.Of(model);

        SinglePrecision.IsNeeded(model).ShouldBeTrue();
        SinglePrecision.IsNeeded(single).ShouldBeFalse();
        SinglePrecision.IsNeeded(StudentRun.Convolutional()).ShouldBeFalse();
        single.Graph.Input.ShouldBe(model.Graph.Input);
        var batch = new RandomBatches(model).Read().First();
        MethodRun.Difference(MethodRun.Outputs(model, batch), MethodRun.Outputs(single, batch)).ShouldBeLessThan(5e-3);
    }

    [Fact]
    public void A_function_s_names_are_its_own_also_where_they_are_those_of_inputs_that_are_cast()
    {
        // In the function x is twice what it is outside.
        var function = new FunctionProto
        {
            Name = "Doubled",
            Domain = "local",
            Input = { "x" },
            Output = { "y" },
            Node = { new NodeProto { OpType = "Add", Input = { "x", "x" }, Output = { "y" } } },
            OpsetImport = { new OperatorSetIdProto { Domain = "", Version = 13 } },
        };
        var builder = new GraphBuilder().Input("x", [-1, 6])
            .Node("Doubled", ["x"], ["h"]).Gemm("x", "g", 6, 6).Node("Add", ["h", "g"], ["y"]).Output("y", [-1, 6]);
        builder.Proto.Graph.Node[0].Domain = "local";
        builder.Proto.OpsetImport.Add(new OperatorSetIdProto { Domain = "local", Version = 1 });
        builder.Proto.Functions.Add(function);
        var model = Half(builder.Build());

        var single = SinglePrecision.Of(model);

        single.Proto.Functions.ShouldBe([function]);
        single.Graph.Node.Single(node => node.OpType == "Doubled").Input.ShouldBe(["x_single"]);
        var batch = new RandomBatches(model).Read().First();
        MethodRun.Difference(MethodRun.Outputs(model, batch), MethodRun.Outputs(single, batch)).ShouldBeLessThan(5e-3);
    }

    // The model in float16: weights, input, output.
    private static OnnxModel Half(OnnxModel model)
    {
        var half = model.Clone();
        foreach (var tensor in half.Graph.Initializer)
        {
            var values = WeightValues.ReadDoubles(tensor);
            tensor.FloatData.Clear();
            tensor.DataType = (int)DataType.Float16;
            WeightValues.Write(tensor, values);
        }

        foreach (var info in half.Graph.Input.Concat(half.Graph.Output))
        {
            info.Type.TensorType.ElemType = (int)DataType.Float16;
        }

        return half;
    }
}
