using ModelOptimizer.Diagnostics;
using ModelOptimizer.Methods.Distillation;
using ModelOptimizer.Methods.Tests.BlockDescent;
using ModelOptimizer.Onnx;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Methods.Tests.Distillation;

public class DistillMethodTests
{
    [Theory]
    [InlineData("auto")]
    [InlineData("kd")]
    [InlineData("mse")]
    [InlineData("cosine")]
    [InlineData("ce")]
    [InlineData("mixed")]
    public void Training_makes_its_loss_smaller(string loss)
    {
        var teacher = StudentRun.Dense();

        var result = StudentRun.Train(
            "distill",
            StudentRun.Context(teacher, StudentRun.Worse(teacher)),
            ("loss", loss),
            ("epochs", 30),
            ("learning-rate", 1e-2)
        );

        var points = result.Series[0].Points;
        points[^1].Y.ShouldBeLessThan(0.7 * points[0].Y);
        points.Count.ShouldBe(120);
        points[^1].X.ShouldBe(120);
    }

    [Fact]
    public void A_damaged_model_gets_nearer_to_the_original()
    {
        var teacher = StudentRun.Dense();
        var student = StudentRun.Worse(teacher);

        var result = StudentRun.Train("distill", StudentRun.Context(teacher, student), ("epochs", 40), ("learning-rate", 1e-2), ("temperature", 2.0));

        StudentRun.Distance(teacher, result.Model).ShouldBeLessThan(0.5 * StudentRun.Distance(teacher, student));
        result.Layers.Select(layer => layer.Layer).ShouldBe(["fc1", "fc2", "y"]);
        result.Layers.ShouldAllBe(layer => layer.RelativeError > 0 && layer.ParametersBefore == layer.ParametersAfter && layer.SkipReason == null);
    }

    [Fact]
    public void A_softmax_at_the_end_is_seen_through()
    {
        var (plain, softmax) = (StudentRun.Dense(), StudentRun.Dense(softmax: true));
        (string, object)[] options = [("loss", "kd"), ("epochs", 3), ("learning-rate", 1e-2)];

        var expected = StudentRun.Train("distill", StudentRun.Context(plain, StudentRun.Worse(plain)), options);
        var found = StudentRun.Train("distill", StudentRun.Context(softmax, StudentRun.Worse(softmax)), options);

        found.Series[0].Points.Zip(expected.Series[0].Points).ShouldAllBe(pair => Math.Abs(pair.First.Y - pair.Second.Y) < 1e-5);
    }

    [Fact]
    public void Statistics_of_normalisations_stay_as_they_are()
    {
        var teacher = StudentRun.Convolutional();

        var result = StudentRun.Train("distill", StudentRun.Context(teacher, StudentRun.Worse(teacher)), ("epochs", 2), ("learning-rate", 1e-2));

        byte[] Bytes(OnnxModel model, string name) => model.Graph.Initializer.Single(tensor => tensor.Name == name).RawData.ToByteArray();
        Bytes(result.Model, "bn.mean").ShouldBe(Bytes(teacher, "bn.mean"));
        Bytes(result.Model, "bn.var").ShouldBe(Bytes(teacher, "bn.var"));
        Bytes(result.Model, "bn.scale").ShouldNotBe(Bytes(teacher, "bn.scale"));
        Bytes(result.Model, "bn.shift").ShouldNotBe(Bytes(teacher, "bn.shift"));
    }

    [Fact]
    public void Only_selected_layers_with_their_biases_and_normalisations_are_trained()
    {
        var student = StudentRun.Worse(StudentRun.Convolutional());

        var result = StudentRun.Train(
            "distill",
            StudentRun.Context(StudentRun.Convolutional(), student),
            ("epochs", 1),
            ("layers", MethodRun.Rules("conv1", "y"))
        );

        student.Graph.Initializer.Zip(result.Model.Graph.Initializer).Where(pair => !pair.First.Equals(pair.Second)).Select(pair => pair.First.Name)
            .ShouldBe(["conv1.w", "bn.scale", "bn.shift", "y.w", "y.b"]);
        result.Layers.Select(layer => layer.SkipReason).ShouldBe([null, "not selected", "not selected", null]);
    }

    [Fact]
    public void The_same_training_gives_the_same_bytes()
    {
        var teacher = StudentRun.Dense();
        byte[] Train() => StudentRun.Train("distill", StudentRun.Context(teacher, StudentRun.Worse(teacher)), ("epochs", 2)).Model.ToBytes();

        Train().ShouldBe(Train());
    }

    [Theory]
    [InlineData("distill")]
    [InlineData("opdf")]
    public void An_interrupted_training_goes_on_where_it_was_with_the_same_result(string method)
    {
        var teacher = StudentRun.Dense();
        var student = StudentRun.Worse(teacher);
        (string, object)[] options = [("steps", 40), ("learning-rate", 1e-3)];
        var expected = StudentRun.Train(method, StudentRun.Context(teacher, student), options);
        var blobs = new BlobDictionary();
        using var cancel = new CancellationTokenSource();
        var interrupted = StudentRun.Context(teacher, student, cancellation: cancel.Token) with
        {
            Blobs = blobs,
            Progress = new Watch(progress =>
            {
                if (progress is { Activity: "training", Done: 23 })
                {
                    cancel.Cancel();
                }
            }),
        };
        Should.Throw<OperationCanceledException>(() => StudentRun.Train(method, interrupted, options));
        var first = 0;
        var resumed = StudentRun.Context(teacher, student) with
        {
            Blobs = blobs,
            Progress = new Watch(progress => first = first == 0 && progress.Activity == "training" ? progress.Done : first),
        };

        var result = StudentRun.Train(method, resumed, options);

        first.ShouldBe(21);
        result.Model.ToBytes().ShouldBe(expected.Model.ToBytes());
        result.Series[0].Points.ShouldBe(expected.Series[0].Points);
    }

    [Fact]
    public void What_is_kept_does_best_on_samples_that_were_held_back()
    {
        var teacher = StudentRun.Dense();

        // Nothing is better than the teacher itself, and training at such a rate leaves it.
        var result = StudentRun.Train("distill", StudentRun.Context(teacher, teacher), ("loss", "kd"), ("steps", 20), ("learning-rate", 1e-2));

        result.Model.ToBytes().ShouldBe(teacher.ToBytes());
        result.Layers.ShouldAllBe(layer => layer.SkipReason == "no better when trained" && layer.Note == null);
        var looks = result.Series[1].Points;
        looks.Select(point => point.X).ShouldBe(Enumerable.Range(0, 11).Select(look => 2.0 * look));
        looks[0].Y.ShouldBe(0, 1e-6);
        looks[^1].Y.ShouldBeGreaterThan(1e-5);
        var kept = result.Certificates[^1];
        kept.Value.ShouldBe(looks.Min(point => point.Y));
        kept.Meaning.ShouldStartWith("Of the weights that are kept, those after step 0 of 20; ");
    }

    [Fact]
    public void A_learning_rate_that_diverges_is_halved_and_said()
    {
        var teacher = StudentRun.Dense();
        var student = StudentRun.Worse(teacher);
        (string, object)[] options = [("steps", 60), ("learning-rate", 8.0), ("augment", "none")];

        var result = StudentRun.Train("distill", StudentRun.Context(teacher, student), options);

        var rate = result.Certificates[0];
        rate.Name.ShouldBe("learning rate");
        Math.Log2(8 / rate.Value).ShouldBeInRange(1, 6);
        rate.Meaning.ShouldBe(
            $"The highest; the training diverged with 8, and began anew with half the rate {Math.Log2(8 / rate.Value)} times.");
        StudentRun.Train("distill", StudentRun.Context(teacher, student), options).Model.ToBytes().ShouldBe(result.Model.ToBytes());
    }

    [Fact]
    public void A_student_of_its_own_becomes_the_model()
    {
        var teacher = StudentRun.Dense();
        var student = new GraphBuilder()
            .Input("x", [-1, 12])
            .Gemm("x", "small1", 6, 12)
            .Node("Relu", ["small1"], ["r"])
            .Gemm("r", "y", 5, 6)
            .Output("y", [-1, 5])
            .Build();

        var result = StudentRun.Train("distill", StudentRun.WithStudent(teacher, student), ("epochs", 40), ("learning-rate", 1e-2), ("augment", "none"));

        result.Model.Graph.Node.ShouldBe(student.Graph.Node);
        StudentRun.Distance(teacher, result.Model).ShouldBeLessThan(StudentRun.Distance(teacher, student));
    }

    [Theory]
    [InlineData("constant nodes")]
    [InlineData("inputs")]
    public void Weights_are_trained_where_they_are_stored(string form)
    {
        var teacher = StudentRun.Dense();
        var student = StudentRun.Worse(teacher);
        if (form == "inputs")
        {
            student.Proto.IrVersion = 3;
            student.Graph.Input.Add(
                student.Graph.Initializer.Select(tensor =>
                    ModelOptimizer.Onnx.Writing.GraphWriter.Value(tensor.Name, TensorProto.Types.DataType.Float, [.. tensor.Dims])
                )
            );
        }
        else
        {
            var tensors = student.Graph.Initializer.ToList();
            student.Graph.Initializer.Clear();
            foreach (var tensor in tensors)
            {
                var node = new NodeProto { OpType = "Constant", Output = { tensor.Name } };
                node.Attribute.Add(new AttributeProto { Name = "value", Type = AttributeProto.Types.AttributeType.Tensor, T = tensor });
                student.Graph.Node.Insert(0, node);
            }
        }

        var result = StudentRun.Train("opdf", StudentRun.Context(teacher, student), ("epochs", 20), ("learning-rate", 3e-3));

        result.Model.Graph.Node.Select(node => node.OpType).ShouldBe(student.Graph.Node.Select(node => node.OpType));
        result.Model.Graph.Input.ShouldBe(student.Graph.Input);
        result.Layers.ShouldAllBe(layer => layer.RelativeError > 0);
        StudentRun.Distance(teacher, result.Model).ShouldBeLessThan(StudentRun.Distance(teacher, student));
    }

    [Theory]
    [InlineData(7)]
    [InlineData(8)]
    public void A_model_of_an_opset_without_the_operators_of_gradients_is_trained_as_it_is(int opset)
    {
        var teacher = new GraphBuilder(opset)
            .Input("x", [-1, 4, 8, 8])
            .Conv("x", "conv", 8, 4, [3, 3], bias: false)
            .BatchNormalization("conv", "bn", 8)
            .Node("MaxPool", ["bn"], ["pool"], ("kernel_shape", new[] { 3, 3 }), ("strides", new[] { 1, 1 }))
            .Node("Flatten", ["pool"], ["flat"])
            .Gemm("flat", "y", 5, 128)
            .Output("y", [-1, 5])
            .Build();
        teacher.Graph.Node[1].Attribute.Add(ModelOptimizer.Onnx.Writing.GraphWriter.Attribute("spatial", 1L));
        var student = StudentRun.Worse(teacher);

        var result = StudentRun.Train("distill", StudentRun.Context(teacher, student), ("epochs", 10), ("learning-rate", 1e-3));

        result.Model.Graph.Node.ShouldBe(student.Graph.Node);
        result.Model.Opset.ShouldBe(opset);
        StudentRun.Distance(teacher, result.Model).ShouldBeLessThan(StudentRun.Distance(teacher, student));
    }

    [Fact]
    public void Labels_that_are_not_there_are_one_clear_error()
    {
        var teacher = StudentRun.Dense();

        var error = Should.Throw<DiagnosticException>(() =>
            StudentRun.Train("distill", StudentRun.Context(teacher, teacher, new RandomBatches(teacher)), ("loss", "mixed"))
        );

        error.Diagnostic.Code.ShouldBe(MethodCodes.NoTarget);
        error.Diagnostic.Message.ShouldContain("needs calibration data with labels");
    }

    [Fact]
    public void Labels_beyond_the_outputs_are_an_error()
    {
        var teacher = StudentRun.Dense();

        var error = Should.Throw<DiagnosticException>(() =>
            StudentRun.Train("distill", StudentRun.Context(teacher, teacher, new LabelledBatches(teacher, 9)), ("loss", "ce"))
        );

        error.Diagnostic.Code.ShouldBe(MethodCodes.NoTarget);
        error.Diagnostic.Message.ShouldContain("and the model has 5 outputs");
    }

    [Fact]
    public void Data_that_is_not_there_is_an_error()
    {
        var teacher = StudentRun.Dense();

        Should
            .Throw<DiagnosticException>(() =>
                StudentRun.Method("distill").Run(StudentRun.Context(teacher, teacher) with { Calibration = null }, MethodRun.Arguments())
            )
            .Diagnostic.Code.ShouldBe(MethodCodes.NoCalibration);
    }

    [Theory]
    [InlineData("distill")]
    [InlineData("opdf")]
    public void A_model_of_doubles_is_an_error(string method)
    {
        var wide = (int)TensorProto.Types.DataType.Double;
        var model = new GraphBuilder()
            .Input("x", [-1, 4], wide)
            .Random("w", [4, 3], 1, wide)
            .Node("MatMul", ["x", "w"], ["y"])
            .Output("y", [-1, 3], wide)
            .Build();

        Should
            .Throw<DiagnosticException>(() => StudentRun.Train(method, StudentRun.Context(model, model, new RandomBatches(model))))
            .Diagnostic.Code.ShouldBe(MethodCodes.NothingToTrain);
    }

    [Fact]
    public void A_student_with_other_outputs_is_an_error()
    {
        var teacher = StudentRun.Dense();
        var student = new GraphBuilder().Input("x", [-1, 12]).Gemm("x", "y", 4, 12).Output("y", [-1, 4]).Build();

        var error = Should.Throw<DiagnosticException>(() => StudentRun.Train("distill", StudentRun.WithStudent(teacher, student)));

        error.Diagnostic.Code.ShouldBe(MethodCodes.OtherStudent);
        error.Diagnostic.Message.ShouldContain("[N, 4] and the original's [N, 5]");
    }

    [Fact]
    public void An_output_that_is_one_number_for_all_samples_is_an_error()
    {
        var model = new GraphBuilder().Input("x", [-1, 12]).Gemm("x", "h", 4, 12).Node("ReduceSum", ["h"], ["y"], ("keepdims", 0L)).Output("y", []).Build();

        var error = Should.Throw<DiagnosticException>(() => StudentRun.Train("distill", StudentRun.Context(model, model, new RandomBatches(model))));

        error.Diagnostic.Code.ShouldBe(MethodCodes.OtherStudent);
        error.Diagnostic.Message.ShouldContain("'y' is not one row of numbers a sample");
    }

    [Fact]
    public void A_training_that_does_not_fit_into_memory_is_an_error_that_says_what_to_reduce()
    {
        var teacher = StudentRun.Dense();
        var context = StudentRun.Context(teacher, teacher);
        var options = DistillationOptions.From(MethodRun.Arguments(), DistillationKeys.LearningRate("1e-4"));

        var error = Should.Throw<DiagnosticException>(() => new StudentTraining(context, options, Student.Of(context, options)).RequireMemory(long.MaxValue));

        error.Diagnostic.Code.ShouldBe(MethodCodes.TooMuchMemory);
        error.Diagnostic.Message.ShouldContain("Write a smaller 'batch', fewer 'samples' of 'calibrate', or fewer 'layers'.");
    }

    [Fact]
    public void Memory_grows_with_the_batch_the_samples_and_the_optimizer()
    {
        var teacher = StudentRun.Dense();
        long Bytes(int batches, params (string, object)[] options) =>
            StudentRun
                .Method("distill")
                .Plan(StudentRun.Context(teacher, teacher, new LabelledBatches(teacher, 5, batches)), MethodRun.Arguments(options))
                .PeakBytes;

        Bytes(4, ("batch", 64)).ShouldBeGreaterThan(Bytes(4));
        Bytes(8).ShouldBeGreaterThan(Bytes(4));
        Bytes(4, ("optimizer", "sgd")).ShouldBeLessThan(Bytes(4));
    }

    [Theory]
    [InlineData("momentum", 0.5)]
    [InlineData("alpha", 0.5)]
    public void An_option_without_use_is_an_error(string option, double value)
    {
        var teacher = StudentRun.Dense();
        var position = new SourcePosition("modelopt.yaml", 5, 3);
        var arguments = new Methods.Options.MethodArguments(
            new Dictionary<string, object> { [option] = value },
            new SourcePosition("modelopt.yaml", 4, 3),
            new Dictionary<string, SourcePosition> { [option] = position }
        );

        var error = Should.Throw<DiagnosticException>(() => StudentRun.Method("distill").Plan(StudentRun.Context(teacher, teacher), arguments));

        (error.Diagnostic.Code, error.Diagnostic.Position).ShouldBe((MethodCodes.OptionWithoutUse, position));
    }
}
