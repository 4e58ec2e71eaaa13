using System.Globalization;
using System.Numerics.Tensors;
using ModelOptimizer.Onnx.Statistics;
using ModelOptimizer.Tensors.Sessions;

namespace ModelOptimizer.Methods.BlockDescent;

/// <summary>Puts trained layers into the graph, in the form that suits the goal.</summary>
internal sealed class NnBcdBuilder(StepContext context, NnBcdOptions options, IReadOnlyList<SelectedLayer> layers)
{
    /// <exception cref="DiagnosticException">The model would not be smaller.</exception>
    public StepResult Build(Training training)
    {
        var updates = training.Layers.Select(layer => new LayerUpdate(layer.Layer, Form(layer), layer.Bias)).ToList();
        var removed = DeadUnits.Remove(context.Model, LayerLinks.Find(context.Model, context.Shapes), updates, context.Shapes);
        updates = [.. removed.Updates.Select(Smallest)];
        var (model, unmade) = Proven(updates);
        return model.SizeInBytes < context.Model.SizeInBytes
            ? new StepResult(model, [.. layers.Select(layer => Outcome(layer, training, updates, removed, unmade.GetValueOrDefault(layer.Layer.Name)))])
            {
                Series = training.Series,
                Certificates = training.Certificates,
            }
            : throw NothingToCompress(
                options,
                layers.Select(layer => (layer.Layer.Name, (string?)(layer.Reason ?? "its compressed form takes as many bytes")))
            );
    }

    public static DiagnosticException NothingToCompress(NnBcdOptions options, IEnumerable<(string Name, string? Reason)> layers)
    {
        var list = layers.ToList();
        var shown = string.Join("; ", list.Take(5).Select(layer => $"{layer.Name}: {layer.Reason}"));
        var found = list.Count == 0 ? "no layer is selected" : $"none of the {list.Count} layers can be made smaller ({shown}{(list.Count > 5 ? "; …" : "")})";
        return new DiagnosticException(
            MethodCodes.NothingToCompress,
            $"there is nothing to compress: {found}. Choose other layers, lower ranks or more sparsity, or remove the step.",
            options.Position
        );
    }

    // Weights that the runtime does not make when it loads the model become plain, and why.
    private (OnnxModel Model, Dictionary<string, string> Unmade) Proven(List<LayerUpdate> updates)
    {
        var reasons = new Dictionary<string, string>(StringComparer.Ordinal);
        while (true)
        {
            var model = WeightRewriter.Apply(context.Model, updates);
            var made = Made(model, updates);
            var counts = made.ToDictionary(weight => weight.Key, weight => weight.Value.Weight.Value.Values.LongLength, StringComparer.Ordinal);
            var failures = LoadTimeProof.Failures(context, model, counts);
            if (failures.Count == 0)
            {
                return (model, reasons);
            }

            foreach (var (weight, reason) in failures)
            {
                var index = updates.FindIndex(update => update.Layer.Name == made[weight].Layer.Name);
                reasons[updates[index].Layer.Name] = reason;
                updates[index] = updates[index] with { Weight = new DenseForm(updates[index].Weight.Value) };
            }
        }
    }

    // The weights that are made at load, with what they are made for: their names begin with the old weight's. Of two factors each may be made.
    private Dictionary<string, LayerUpdate> Made(OnnxModel model, List<LayerUpdate> updates)
    {
        var made = LoadedGraph.LoadTimeTensors(model);
        made.ExceptWith(LoadedGraph.LoadTimeTensors(context.Model));
        return LayerFinder.Find(model)
            .Where(layer => made.Contains(layer.Weight))
            .ToDictionary(
                layer => layer.Weight,
                layer => updates
                    .Where(update => layer.Weight.StartsWith(update.Layer.Weight, StringComparison.Ordinal))
                    .MaxBy(update => update.Layer.Weight.Length)!,
                StringComparer.Ordinal);
    }

    private WeightForm Form(TrainedLayer layer) => layer.Copy switch
    {
        null => new DenseForm(layer.Weight),
        TensorTrainCopy copy => Form(layer, copy.Train),
        _ => new SparseForm(layer.Weight),
    };

    private TensorTrainForm Form(TrainedLayer layer, TensorTrain train)
    {
        // A Gemm's alpha stays on its node, and so must not be in the cores.
        if (options is { LayerByLayer: false } && layer.Layer.Alpha != 1)
        {
            var last = train.Cores[^1].Clone();
            TensorPrimitives.Divide(last.Values, layer.Layer.Alpha, last.Values);
            train = train with { Cores = [.. train.Cores.SkipLast(1), last] };
        }

        var rebuilt = new TensorTrainForm(train, layer.Weight);
        var factors = rebuilt with { OnActivations = true };
        return options.Speed && factors.Obstacle(layer.Layer, context.Model.Opset) is null && FactorWeights(factors) < layer.Weight.Values.Length
            ? factors
            : rebuilt;
    }

    // The names and shapes of a small layer's form may outweigh what it saves, and without dead units zeros may be too few to leave out.
    private LayerUpdate Smallest(LayerUpdate update) =>
        update.Weight is not DenseForm && LayerSize.WhyNot(context.Model, update) is not null
            ? update with
            {
                Weight = new DenseForm(update.Weight.Value),
            }
            : update;

    private LayerOutcome Outcome(SelectedLayer layer, Training training, List<LayerUpdate> updates, RemovedUnitsResult removed, string? unmade)
    {
        var trained = training.Layers.FirstOrDefault(other => other.Layer.Name == layer.Layer.Name);
        var update = updates.Find(other => other.Layer.Name == layer.Layer.Name);
        var macs = layer.Layer.Obstacle is null ? ModelStatistics.Macs(layer.Layer, context.Shapes) : null;
        var numbers = update?.Weight switch
        {
            null => layer.Layer.WeightCount,
            TensorTrainForm { OnActivations: true } factors => FactorWeights(factors),
            var form => form.Value.Values.LongLength,
        };
        return new LayerOutcome
        {
            Layer = layer.Layer.Name,
            ParametersBefore = layer.Layer.WeightCount,
            ParametersAfter = update?.Weight.Elements ?? layer.Layer.WeightCount,
            MacsBefore = macs,
            MacsAfter = macs is null ? null : macs / layer.Layer.WeightCount * numbers,
            Ranks = trained?.Copy is null ? [] : layer.Set!.Ranks,
            RelativeError = trained?.RelativeError,
            SkipReason = trained?.Copy is null ? layer.Reason : null,
            Note = trained?.Copy is null
                ? null
                : Note(update!.Weight, trained.Copy, removed.Links.Where(link => link.Link.From.Name == layer.Layer.Name).Sum(link => link.Count))
                    + (unmade is null ? "" : $"; {unmade}")
                    + Gap(trained.Gap),
        };
    }

    private static string Note(WeightForm form, WeightCopy copy, int removedUnits)
    {
        var units = removedUnits > 0 ? string.Create(CultureInfo.InvariantCulture, $"; {removedUnits} units removed") : "";
        return form switch
        {
            TensorTrainForm { OnActivations: true } => "tensor train, its two factors applied one after the other",
            TensorTrainForm => "tensor train, its weight rebuilt when the model is loaded",
            _ when copy is TensorTrainCopy => "tensor train, stored multiplied out" + units,
            SparseForm => "pruned, stored without its zeros, dense when loaded" + units,
            _ => "pruned, stored with its zeros" + units,
        };
    }

    private static string Gap(double? gap) => gap is { } known ? string.Create(CultureInfo.InvariantCulture, $"; ‖W − Ŵ‖ is {known:P1} of ‖W‖") : "";

    // A and B of W = A·B.
    private static long FactorWeights(TensorTrainForm form)
    {
        var rowCores = form.Train.RowCores(form.Value.Rows)!.Value;
        var bond = form.Train.Cores[rowCores].Rows / form.Train.Modes[rowCores];
        return (long)bond * (form.Value.Rows + form.Value.Columns);
    }
}
