using ModelOptimizer.Diagnostics;
using ModelOptimizer.Onnx.Proto;
using ModelOptimizer.Onnx.Writing;
using ModelOptimizer.Tensors.Gradients;

namespace ModelOptimizer.Tensors.Tests.Gradients;

public sealed class DifferentiationTests
{
    private readonly GraphWriter _builder = new();
    private readonly Dictionary<string, long[]> _shapes = new(StringComparer.Ordinal);

    public DifferentiationTests()
    {
        Shaped(_builder.Weight(1, 2, 2), "weight");
        Shaped(_builder.Weight(1, 2, 2), "sample");
    }

    [Fact]
    public void An_operator_without_gradient_between_a_weight_and_the_loss_is_an_error_that_names_the_node()
    {
        Append("Mul", "product", "sample", "weight");
        Append("Det", "determinant", "product");
        Append("ReduceSum", "loss", "determinant");

        var error = Should.Throw<DiagnosticException>(() => Differentiate("loss", "weight"));

        error.Diagnostic.Code.ShouldBe("MOC2305");
        error.Message.ShouldContain("'node of determinant'");
        error.Message.ShouldContain("Det");
    }

    [Fact]
    public void An_operator_of_another_domain_has_no_gradient_whatever_its_name()
    {
        Append("Relu", "theirs", "weight").Domain = "example";
        Append("ReduceSum", "loss", "theirs");

        Should.Throw<DiagnosticException>(() => Differentiate("loss", "weight")).Message.ShouldContain("example.Relu");
    }

    [Fact]
    public void An_operator_without_gradient_before_the_weight_is_none()
    {
        Append("Det", "determinant", "sample");
        Append("Mul", "product", "determinant", "weight");
        Append("ReduceSum", "loss", "product");

        Differentiate("loss", "weight").Keys.ShouldBe(["weight"]);
    }

    [Fact]
    public void An_operator_without_gradient_on_a_branch_that_does_not_reach_the_loss_is_none()
    {
        Append("Mul", "product", "sample", "weight");
        Append("Det", "determinant", "product");
        Append("ReduceSum", "loss", "product");

        Differentiate("loss", "weight").Keys.ShouldBe(["weight"]);
    }

    [Fact]
    public void A_parameter_that_the_loss_does_not_depend_on_has_no_gradient()
    {
        Append("ReduceSum", "loss", "weight");

        Differentiate("loss", "weight", "sample").Keys.ShouldBe(["weight"]);
    }

    [Fact]
    public void Inputs_that_nobody_trains_cost_no_nodes()
    {
        Append("Sub", "difference", "weight", "sample");
        Append("ReduceSum", "loss", "difference");
        var before = _builder.Model.Graph.Node.Count;

        Differentiate("loss", "weight");

        _builder.Model.Graph.Node.Skip(before).ShouldNotContain(node => node.OpType == "Neg");
    }

    private IReadOnlyDictionary<string, string> Differentiate(string loss, params string[] parameters)
    {
        _shapes[loss] = [];
        return Differentiation.Append(_builder, loss, parameters, _shapes);
    }

    private NodeProto Append(string op, string output, params string[] inputs)
    {
        _builder.NodeTo(output, op, inputs);
        _shapes[output] = [2, 2];
        var node = _builder.Model.Graph.Node[^1];
        node.Name = $"node of {output}";
        return node;
    }

    private void Shaped(string initializer, string name)
    {
        _builder.Model.Graph.Initializer.Single(tensor => tensor.Name == initializer).Name = name;
        _shapes[name] = [2, 2];
    }
}
