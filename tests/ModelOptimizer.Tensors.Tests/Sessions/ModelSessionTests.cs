using ModelOptimizer.Diagnostics;
using ModelOptimizer.Onnx;
using ModelOptimizer.Tensors.Data;
using ModelOptimizer.Testing;
using static ModelOptimizer.Onnx.Proto.TensorProto.Types;

namespace ModelOptimizer.Tensors.Tests.Sessions;

public sealed class ModelSessionTests(EngineFixture fixture) : IClassFixture<EngineFixture>
{
    [Fact]
    public void A_session_describes_what_goes_in_and_what_comes_out()
    {
        using var session = fixture.Engine.CreateSession(Sum());

        session.Inputs.Select(input => input.Name).ShouldBe(["a", "b"]);
        session.Inputs[0].Shape.ShouldBe([-1, 3]);
        session.Inputs[0].Type.ShouldBe(DataType.Float);
        session.Outputs.ShouldHaveSingleItem().Name.ShouldBe("y");
    }

    [Fact]
    public void A_run_gives_every_output_or_those_asked_for()
    {
        var model = new GraphBuilder().Input("x", [-1, 2]).Node("Neg", ["x"], ["n"]).Node("Abs", ["x"], ["a"]).Output("n").Output("a").Build();
        using var session = fixture.Engine.CreateSession(model);
        var inputs = new Dictionary<string, HostTensor> { ["x"] = HostTensor.From<float>(DataType.Float, [2, 2], [1, -2, 3, -4]) };

        var all = session.Run(inputs);
        var one = session.Run(inputs, ["a"]);

        all["n"].As<float>().ToArray().ShouldBe([-1, 2, -3, 4]);
        all["a"].Shape.ShouldBe([2, 2]);
        one.Keys.ShouldBe(["a"]);
        one["a"].As<float>().ToArray().ShouldBe([1, 2, 3, 4]);
    }

    [Fact]
    public async Task A_run_without_end_ends_when_it_is_stopped_and_no_other_begins()
    {
        var body = new GraphBuilder().Input("i", [], (int)DataType.Int64).Input("go", [], (int)DataType.Bool).Input("v", [1])
            .Node("Identity", ["go"], ["more"]).Node("Neg", ["v"], ["next"]).Output("more", [], (int)DataType.Bool).Output("next", [1]);
        var model = new GraphBuilder().Input("x", [1]).Integers("count", [], long.MaxValue)
            .Node("Loop", ["count", "", "x"], ["y"], ("body", body.Build().Graph)).Output("y", [1]).Build();
        using var engine = new Engine(DeviceSelector.Select("cpu"));
        using var session = engine.CreateSession(model);
        var inputs = new Dictionary<string, HostTensor> { ["x"] = HostTensor.From<float>(DataType.Float, [1], [1]) };

        var run = Task.Run(() => session.Run(inputs));
        await Task.Delay(100);
        run.IsCompleted.ShouldBeFalse();
        engine.Sessions.Stop();

        await Should.ThrowAsync<OperationCanceledException>(() => run);
        Should.Throw<OperationCanceledException>(() => session.Run(inputs));
        Should.Throw<OperationCanceledException>(() => engine.CreateSession(model));
    }

    [Fact]
    public void A_prepared_run_can_be_repeated()
    {
        using var session = fixture.Engine.CreateSession(Sum());

        var run = session.Prepare(Inputs(("a", [1, 2, 3]), ("b", [4, 5, 6])));

        run();
        run();
        Should
            .Throw<DiagnosticException>(session.Prepare(Inputs(("a", [1, 2, 3]), ("b", [4, 5, 6, 7, 8, 9]), shapeOfB: [2, 3, 1])))
            .Diagnostic.Code.ShouldBe("MOC2302");
    }

    [Fact]
    public void A_missing_input_is_an_error_that_names_it()
    {
        using var session = fixture.Engine.CreateSession(Sum());

        var failure = Should.Throw<DiagnosticException>(() => session.Run(Inputs(("a", [1, 2, 3]), ("c", [4, 5, 6]))));

        failure
            .Diagnostic.ToString()
            .ShouldBe(
                "sum.onnx: error MOC2304: The model's input 'b' (Float, ?×3) got no data; data was given for 'a', 'c'. Map an array to it in the dataset's "
                    + "'inputs'."
            );
    }

    [Fact]
    public void An_unknown_output_is_an_error_that_lists_the_known_ones()
    {
        using var session = fixture.Engine.CreateSession(Sum());

        Should.Throw<DiagnosticException>(() => session.Run(Inputs(("a", [1, 2, 3]), ("b", [4, 5, 6])), ["total"])).Diagnostic.ToString().ShouldBe(
            "sum.onnx: error MOC2304: The model has no output 'total'; it has 'y'. Correct the name in 'evaluate: { output: … }'.");
    }

    [Fact]
    public void An_unknown_input_is_an_error_that_lists_the_known_ones()
    {
        using var session = fixture.Engine.CreateSession(Sum());
        var inputs = new Dictionary<string, HostTensor>(Inputs(("a", [1, 2, 3]), ("b", [4, 5, 6])))
        {
            ["c"] = HostTensor.From<float>(DataType.Float, [1], [0]),
        };

        Should.Throw<DiagnosticException>(() => session.Run(inputs)).Diagnostic.ToString().ShouldBe(
            "sum.onnx: error MOC2304: The model has no input 'c'; it has 'a', 'b'. Correct the name in the dataset's 'inputs'.");
    }

    [Fact]
    public void Data_of_a_wrong_shape_is_an_error_of_one_line()
    {
        using var session = fixture.Engine.CreateSession(Sum());

        var failure = Should.Throw<DiagnosticException>(() => session.Run(Inputs(("a", [1, 2]), ("b", [4, 5, 6]))));

        failure.Diagnostic.Code.ShouldBe("MOC2302");
        failure.Diagnostic.Position!.File.ShouldBe("sum.onnx");
        failure.Message.ShouldNotContain("\n");
        failure.Message.ShouldNotContain(".cc:");
    }

    [Fact]
    public void Strings_are_refused_with_a_code()
    {
        var model = new GraphBuilder().Input("x", [2], (int)DataType.String).Node("Identity", ["x"], ["y"]).Output("y", [2], (int)DataType.String).Build();
        using var session = fixture.Engine.CreateSession(model);

        var failure = Should.Throw<DiagnosticException>(() => session.Run(new Dictionary<string, HostTensor>()));

        failure.Diagnostic.Code.ShouldBe("MOC2303");
        failure.Message.ShouldContain("The model's output 'y' is a string tensor");
    }

    [Fact]
    public void A_model_that_the_runtime_refuses_is_an_error_at_its_file()
    {
        var model = new OnnxModel(new GraphBuilder().Input("x", [2]).Node("NoSuchOperator", ["x"], ["y"]).Output("y", [2]).Build().Proto, "models/odd.onnx");

        var failure = Should.Throw<DiagnosticException>(() => fixture.Engine.CreateSession(model));

        failure.Diagnostic.Code.ShouldBe("MOC2301");
        failure.Diagnostic.Position!.File.ShouldBe("models/odd.onnx");
        failure.Message.ShouldContain("NoSuchOperator");
    }

    [Fact]
    public void A_disposed_engine_makes_no_sessions()
    {
        var engine = new Engine(fixture.Engine.Device);
        var session = engine.CreateSession(Sum());
        engine.Dispose();
        session.Dispose();

        Should.Throw<ObjectDisposedException>(() => engine.CreateSession(Sum()));
    }

    [SharedDataFact]
    public void Real_models_either_start_or_are_refused_with_one_code()
    {
        var refused = new List<string>();
        foreach (var file in SharedData.Models("edge"))
        {
            try
            {
                using var session = fixture.Engine.CreateSession(OnnxModel.Load(SharedData.Path(file)));
            }
            catch (DiagnosticException failure)
            {
                failure.Diagnostic.Code.ShouldStartWith("MOC2");
                failure.Message.ShouldNotContain("\n");
                refused.Add(file);
            }
        }

        refused.Count.ShouldBe(11, string.Join(", ", refused));
    }

    private static OnnxModel Sum() =>
        new(new GraphBuilder().Input("a", [-1, 3]).Input("b", [-1, 3]).Node("Add", ["a", "b"], ["y"]).Output("y", [-1, 3]).Build().Proto, "sum.onnx");

    private static Dictionary<string, HostTensor> Inputs((string Name, float[] Values) first, (string Name, float[] Values) second, long[]? shapeOfB = null) =>
        new()
        {
            [first.Name] = HostTensor.From<float>(DataType.Float, [1, first.Values.Length], first.Values),
            [second.Name] = HostTensor.From<float>(DataType.Float, shapeOfB ?? [1, second.Values.Length], second.Values),
        };
}
