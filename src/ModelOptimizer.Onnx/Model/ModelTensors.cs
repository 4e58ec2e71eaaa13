using ModelOptimizer.Onnx.Graphs;

namespace ModelOptimizer.Onnx;

/// <summary>Every tensor of a model, wherever it is: initialisers, sparse ones, attributes, sub-graphs, functions, training graphs.</summary>
internal static class ModelTensors
{
    public static IEnumerable<TensorProto> All(ModelProto model) =>
        GraphWalk.Graphs(model).SelectMany(OfGraph)
            .Concat(GraphWalk.Nodes(model).SelectMany(node => node.Attribute).Concat(model.Functions.SelectMany(function => function.AttributeProto)).SelectMany(OfAttribute));

    private static IEnumerable<TensorProto> OfGraph(GraphProto graph) =>
        graph.Initializer.Concat(graph.SparseInitializer.SelectMany(OfSparse));

    private static IEnumerable<TensorProto> OfAttribute(AttributeProto attribute)
    {
        IEnumerable<TensorProto> dense = attribute.T is null ? attribute.Tensors : attribute.Tensors.Prepend(attribute.T);
        IEnumerable<SparseTensorProto> sparse = attribute.SparseTensor is null ? attribute.SparseTensors : attribute.SparseTensors.Prepend(attribute.SparseTensor);
        return dense.Concat(sparse.SelectMany(OfSparse));
    }

    private static IEnumerable<TensorProto> OfSparse(SparseTensorProto sparse)
    {
        if (sparse.Values is not null)
        {
            yield return sparse.Values;
        }

        if (sparse.Indices is not null)
        {
            yield return sparse.Indices;
        }
    }
}
