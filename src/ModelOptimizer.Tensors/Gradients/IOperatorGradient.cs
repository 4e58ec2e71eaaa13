namespace ModelOptimizer.Tensors.Gradients;

/// <summary>How the gradient of a loss goes back through one operator. One class an operator, listed in <see cref="GradientCatalogue"/>.</summary>
internal interface IOperatorGradient
{
    /// <summary>The ONNX operator, such as <c>Conv</c>.</summary>
    string Operator { get; }

    /// <summary>Adds the nodes that compute the gradients of the node's wanted inputs, and gives them to <paramref name="node"/>.</summary>
    void Backward(BackwardNode node);
}
