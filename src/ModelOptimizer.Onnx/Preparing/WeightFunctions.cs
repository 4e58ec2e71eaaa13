using Google.Protobuf.Collections;
using ModelOptimizer.Onnx.Graphs;
using ModelOptimizer.Onnx.Values;
using ModelOptimizer.Onnx.Writing;

namespace ModelOptimizer.Onnx.Preparing;

/// <summary>
/// Model-local functions that have weights or are given some: runtimes put a function's nodes in the place of every call when they load a model, and so does
/// this. A constant of a function is one initialiser, however often the function is called.
/// </summary>
internal sealed class WeightFunctions
{
    // Functions that call functions may be written so that they grow without end.
    private const int MostNodes = 1_000_000;

    private readonly ModelProto _proto;
    private readonly GraphEditor _editor;
    private readonly Dictionary<NodeProto, string> _constants = new(ReferenceEqualityComparer.Instance);
    private int _nodes;

    private WeightFunctions(OnnxModel model)
    {
        (_proto, _editor) = (model.Proto, new GraphEditor(model));
        _nodes = GraphWalk.Nodes(_proto).Count();
    }

    /// <summary>
    /// <paramref name="model"/> with the nodes of these functions in its graphs. The same model where there are none; functions that were written for another
    /// version of the operators, and functions that are called twice and have weights in graphs inside, stay functions.
    /// </summary>
    public static OnnxModel Inline(OnnxModel model)
    {
        if (WithWeights(model.Proto).Count == 0)
        {
            return model;
        }

        var written = model.With(model.Proto.Clone());
        return new WeightFunctions(written).Run() ? written : model;
    }

    // Each round writes out one level of calls. Functions that call each other in a circle, which ONNX forbids, would never end.
    private bool Run()
    {
        var gone = new HashSet<(string, string, string)>();
        for (var round = 0; WithWeights(_proto) is { Count: > 0 } functions; round++)
        {
            List<GraphProto> graphs = [.. GraphWalk.WithSubGraphs(_proto.Graph)];
            if (!graphs.ConvertAll(graph => WriteOut(graph, functions)).Contains(true))
            {
                break;
            }

            if (round > 2 * _proto.Functions.Count || _nodes > MostNodes)
            {
                return false;
            }

            gone.UnionWith(functions.Keys);
        }

        RemoveUncalled(gone);
        return true;
    }

    private void RemoveUncalled(HashSet<(string, string, string)> candidates)
    {
        var needed = GraphWalk.WithSubGraphs(_proto.Graph).SelectMany(graph => graph.Node).Select(Key).ToHashSet();
        var open = new Queue<FunctionProto>(_proto.Functions.Where(function => !candidates.Contains(Key(function)) || needed.Contains(Key(function))));
        var kept = new HashSet<FunctionProto>(open, ReferenceEqualityComparer.Instance);
        while (open.TryDequeue(out var function))
        {
            var called = Nodes(function).Select(Key).ToHashSet();
            foreach (var other in _proto.Functions.Where(other => called.Contains(Key(other)) && kept.Add(other)))
            {
                open.Enqueue(other);
            }
        }

        List<FunctionProto> left = [.. _proto.Functions.Where(kept.Contains)];
        _proto.Functions.Clear();
        _proto.Functions.AddRange(left);
    }

    private static Dictionary<(string, string, string), FunctionProto> WithWeights(ModelProto proto)
    {
        var all = new Dictionary<(string, string, string), FunctionProto>();
        var calls = GraphWalk.Nodes(proto).CountBy(Key).ToDictionary();
        // Weights of graphs inside a function would be there once for each call.
        bool IsCopied(FunctionProto function) => calls.GetValueOrDefault(Key(function)) > 1 && GraphWalk.Graphs(function).Any(HasWeight);
        foreach (var function in proto.Functions.Where(function => HasVersionsOf(proto, function) && !IsCopied(function)))
        {
            all.TryAdd(Key(function), function);
        }

        if (all.Count == 0)
        {
            return all;
        }

        var constants = new ConstantLookup(proto.Graph);
        var given = GraphWalk.WithSubGraphs(proto.Graph).SelectMany(graph => graph.Node)
            .Where(node => all.ContainsKey(Key(node)) && node.Input.Any(input => constants.Find(input) is { } constant && IsWeight(constant.Tensor)))
            .Select(Key);
        var own = all.Where(function => function.Value.Node.Any(IsWeight) || GraphWalk.Graphs(function.Value).Any(HasWeight));
        var found = given.Concat(own.Select(function => function.Key)).ToHashSet();
        // And those that call such functions.
        int before;
        do
        {
            before = found.Count;
            found.UnionWith(all.Where(function => Nodes(function.Value).Any(node => found.Contains(Key(node)))).Select(function => function.Key).ToList());
        }
        while (found.Count > before);
        return all.Where(function => found.Contains(function.Key)).ToDictionary();
    }

    private static bool IsWeight(TensorProto tensor) => tensor.Dims.Count > 1 && ElementTypes.IsFloat(tensor.DataType);

    private static bool IsWeight(NodeProto node) => Constant(node) is { } tensor && IsWeight(tensor);

    private static bool HasWeight(GraphProto graph) => graph.Initializer.Any(IsWeight) || graph.Node.Any(IsWeight);

    private static bool HasVersionsOf(ModelProto proto, FunctionProto function) => function.OpsetImport.All(import =>
        proto.OpsetImport.FirstOrDefault(known => Domain(known.Domain) == Domain(import.Domain)) is not { } same || same.Version == import.Version);

    private bool WriteOut(GraphProto graph, Dictionary<(string, string, string), FunctionProto> functions)
    {
        var nodes = new List<NodeProto>();
        var isWritten = false;
        foreach (var node in graph.Node)
        {
            // One that is written out may bring a domain, and another have been written for another version of it.
            if (_nodes <= MostNodes && functions.TryGetValue(Key(node), out var function) && HasVersionsOf(_proto, function))
            {
                isWritten = true;
                var before = nodes.Count;
                nodes.AddRange(new Call(this, node, function).Written());
                _nodes += nodes.Count - before;
            }
            else
            {
                nodes.Add(node);
            }
        }

        if (isWritten)
        {
            graph.Node.Clear();
            graph.Node.AddRange(nodes);
        }

        return isWritten;
    }

    private string Initializer(NodeProto constant, TensorProto tensor, FunctionProto function)
    {
        if (!_constants.TryGetValue(constant, out var name))
        {
            var stored = tensor.Clone();
            stored.Name = name = _editor.UniqueName($"{function.Name}/{constant.Output[0]}");
            _editor.AddInitializer(stored);
            _constants.Add(constant, name);
        }

        return name;
    }

    private static IEnumerable<NodeProto> Nodes(FunctionProto function) => function.Node.Concat(GraphWalk.Graphs(function).SelectMany(graph => graph.Node));

    private static TensorProto? Constant(NodeProto node) =>
        node.Operator() == "Constant" && node.Output.Count == 1 && node.Attribute("value") is { RefAttrName: "" } value ? value.T : null;

    private static (string, string, string) Key(NodeProto node) => (Domain(node.Domain), node.OpType, node.Overload);

    private static (string, string, string) Key(FunctionProto function) => (Domain(function.Domain), function.Name, function.Overload);

    private static string Domain(string domain) => domain == "ai.onnx" ? "" : domain;

    /// <summary>One call and what takes its place.</summary>
    private sealed class Call
    {
        private readonly WeightFunctions _owner;
        private readonly NodeProto _call;
        private readonly FunctionProto _function;
        private readonly string _stem;

        public Call(WeightFunctions owner, NodeProto call, FunctionProto function) =>
            (_owner, _call, _function, _stem) = (owner, call, function, call.Name.Length > 0 ? call.Name : function.Name);

        public List<NodeProto> Written()
        {
            foreach (var import in _function.OpsetImport.Where(import => _owner._proto.OpsetImport.All(known => Domain(known.Domain) != Domain(import.Domain))))
            {
                _owner._proto.OpsetImport.Add(import.Clone());
            }

            var names = new Dictionary<string, string>(StringComparer.Ordinal) { [""] = "" };
            foreach (var (index, input) in _function.Input.Index())
            {
                names[input] = _call.InputAt(index) ?? "";
            }

            var nodes = new List<NodeProto>();
            var passed = new List<NodeProto>();
            foreach (var (given, output) in _call.Output.Zip(_function.Output).Where(pair => pair.First.Length > 0))
            {
                // An output that is an input, or another output as well.
                if (!names.TryAdd(output, given))
                {
                    passed.Add(new NodeProto { OpType = "Identity", Input = { names[output] }, Output = { given } });
                }
            }

            foreach (var node in _function.Node)
            {
                if (Constant(node) is { } tensor && ElementTypes.IsFloat(tensor.DataType) && !_function.Output.Contains(node.Output[0]))
                {
                    names[node.Output[0]] = _owner.Initializer(node, tensor, _function);
                }
                else
                {
                    nodes.Add(node.Clone());
                    Bind(nodes[^1], names);
                }
            }

            return [.. nodes, .. passed];
        }

        private void Bind(NodeProto node, Dictionary<string, string> names)
        {
            Rename(node.Input, names);
            Rename(node.Output, names);
            if (node.Name.Length > 0)
            {
                node.Name = _owner._editor.UniqueName($"{_stem}/{node.Name}");
            }

            foreach (var attribute in node.Attribute.Where(attribute => attribute.RefAttrName.Length > 0).ToList())
            {
                Give(node, attribute);
            }

            foreach (var graph in GraphWalk.SubGraphs(node))
            {
                Bind(graph, new Dictionary<string, string>(names, StringComparer.Ordinal));
            }
        }

        // Names of a graph inside are its own: others of the model may have the same.
        private void Bind(GraphProto graph, Dictionary<string, string> names)
        {
            graph.ValueInfo.Clear();
            var defined = graph.Input.Select(input => input.Name).Concat(graph.Initializer.Select(tensor => tensor.Name))
                .Concat(graph.Node.SelectMany(node => node.Output));
            foreach (var name in defined.Where(name => name.Length > 0).Distinct(StringComparer.Ordinal))
            {
                names[name] = _owner._editor.UniqueName($"{_stem}/{name}");
            }

            graph.Input.ToList().ForEach(input => input.Name = names[input.Name]);
            graph.Initializer.ToList().ForEach(tensor => tensor.Name = names[tensor.Name]);
            graph.Node.ToList().ForEach(node => Bind(node, names));
            graph.Output.ToList().ForEach(output => output.Name = names.GetValueOrDefault(output.Name, output.Name));
        }

        private void Rename(RepeatedField<string> list, Dictionary<string, string> names)
        {
            for (var i = 0; i < list.Count; i++)
            {
                if (!names.TryGetValue(list[i], out var name))
                {
                    names.Add(list[i], name = _owner._editor.UniqueName($"{_stem}/{list[i]}"));
                }

                list[i] = name;
            }
        }

        // What the call says, or else the function; an attribute that neither gives is left out.
        private void Give(NodeProto node, AttributeProto reference)
        {
            var place = node.Attribute.IndexOf(reference);
            node.Attribute.RemoveAt(place);
            if ((_call.Attribute(reference.RefAttrName) ?? _function.AttributeProto.FirstOrDefault(given => given.Name == reference.RefAttrName)) is { } value)
            {
                var own = value.Clone();
                own.Name = reference.Name;
                node.Attribute.Insert(place, own);
            }
        }
    }
}
