using ModelOptimizer.Diagnostics;
using ModelOptimizer.Onnx.Layers;
using ModelOptimizer.Onnx.Statistics;
using ModelOptimizer.Onnx.Validation;
using ModelOptimizer.Testing;

namespace ModelOptimizer.Onnx.Tests.Model;

public sealed class EdgeFileTests
{
    [SharedDataFact]
    public void Every_awkward_file_is_read_and_listed_or_refused_with_the_right_code()
    {
        var refused = new Dictionary<string, string>();
        foreach (var name in SharedData.Models("edge"))
        {
            try
            {
                var model = OnnxModel.Load(SharedData.Path(name));
                var layers = LayerFinder.Find(model);
                layers.Select(layer => layer.Name).ShouldBeUnique();
                layers.ShouldAllBe(layer => layer.Name.Length > 0);
                ModelStatistics.Parameters(model).ShouldBeGreaterThanOrEqualTo(0);
                OnnxValidator.Check(model).ShouldBeEmpty(name);
            }
            catch (DiagnosticException e)
            {
                refused[Path.GetFileName(name)] = e.Diagnostic.Code;
            }
        }

        refused.ShouldBe(new Dictionary<string, string>
        {
            ["external_data.onnx"] = ModelCodes.ExternalMissing,
            ["hostile_external_path_traversal.onnx"] = ModelCodes.ExternalOutside,
            ["hostile_garbage.onnx"] = ModelCodes.NotOnnx,
            ["hostile_lfs_pointer.onnx"] = ModelCodes.LfsPointer,
        });
    }

    [SharedDataFact]
    public void Weights_made_by_nodes_are_left_alone()
    {
        foreach (var name in new[] { "onnx_light_resnet50.onnx", "onnx_light_squeezenet.onnx" })
        {
            var layers = LayerFinder.Find(OnnxModel.Load(SharedData.Path("edge", name)));
            layers.Count.ShouldBeGreaterThan(20);
            layers.ShouldAllBe(layer => layer.Obstacle == "its weight is computed from other constants");
        }
    }

    [SharedDataFact]
    public void Layers_of_branches_are_listed_with_the_reason()
    {
        var layers = LayerFinder.Find(OnnxModel.Load(SharedData.Path("edge", "burn_if_conv2d.onnx")));

        layers.Count.ShouldBe(2);
        layers.ShouldAllBe(layer => layer.Obstacle == "it is inside a sub-graph of If");
    }
}
