using ModelOptimizer.Bench;
using ModelOptimizer.Tensors.Devices;

// Every row of docs/results.md names the command that made it; these are those commands.
return args switch
{
    ["resnet20", var shared] => ResNet20Table.Run(shared),
    ["mnist", var shared] => MnistSearch.Run(shared),
    ["auto", var shared] => AutoTable.Run(shared),
    ["descent"] => DescentRun.Run(),
    ["dense", var shared] => DenseNetworkTable.Run(shared),
    ["digits", var shared, var rank, var sweeps] => DigitTraining.Run(shared, rank, sweeps, "cpu"),
    ["digits", var shared, var rank, var sweeps, var device] => DigitTraining.Run(shared, rank, sweeps, device),
    ["cp", var shared] => CpTable.Run(shared),
    ["training", var shared] => TrainingRun.Run(shared, python: null),
    ["training", var shared, var python] => TrainingRun.Run(shared, python),
    ["heal", var shared, var device, var steps, var rate] => HealTable.Run(shared, device, steps, rate),
    ["healed", var shared, var step, var trainings] => HealedTable.Run(shared, step, trainings, "1"),
    ["healed", var shared, var step, var trainings, var seeds] => HealedTable.Run(shared, step, trainings, seeds),
    ["binary", var shared] => BinaryTable.Run(shared),
    ["convex", var shared, var images] => ConvexTable.Run(shared, images, "50"),
    ["convex", var shared, var images, var sweeps] => ConvexTable.Run(shared, images, sweeps),
    ["head", var shared] => HeadTable.Run(shared),
    ["quantize", var shared] => QuantizeTable.Run(shared, "fp16,8,6,5,4,3,2,ternary", QuantizeTable.Stored),
    ["quantize", var shared, var weights] => QuantizeTable.Run(shared, weights, QuantizeTable.Stored),
    ["integer", var shared] => QuantizeTable.Run(shared, "8", QuantizeTable.Integer),
    ["integer", var shared, var model] => QuantizeTable.Others(shared, "8", model, QuantizeTable.Integer),
    ["nbits", var shared, var weights, var model] => QuantizeTable.Others(shared, weights, model, QuantizeTable.Blocks),
    ["fit", var shared, var pipelines] => FitTable.Run(shared, pipelines, "512", "1"),
    ["fit", var shared, var pipelines, var samples, var seed] => FitTable.Run(shared, pipelines, samples, seed),
    ["rate", var shared, var network, var goals] => RateTable.Run(shared, network, goals, "512", "1"),
    ["rate", var shared, var network, var goals, var samples, var seed] => RateTable.Run(shared, network, goals, samples, seed),
    ["budgets", var shared] => BitsTable.Sizes(shared),
    ["levels"] => LevelsTable.Run("200,2000", "10000"),
    ["levels", var samples, var gates] => LevelsTable.Run(samples, gates),
    ["confidence"] => ConfidenceTable.Run(820, "shipped,size", "10"),
    ["confidence", var objectives, var lists] => ConfidenceTable.Run(820, objectives, lists),
    ["searches", var shared] => BitsTable.Searches(shared, "", "bits;cp and bits;auto;auto, size"),
    ["searches", var shared, var network, var steps] => BitsTable.Searches(shared, network, steps),
    ["storage", var shared] => StorageTable.Run(shared, "tucker,cp"),
    ["storage", var shared, var methods] => StorageTable.Run(shared, methods),
    ["bits", var shared] => QuantizeTable.Others(shared, "8,6,5,4,3,2", "", QuantizeTable.Independent),
    ["bits", var shared, var weights] => QuantizeTable.Others(shared, weights, "", QuantizeTable.Independent),
    ["bits", var shared, var weights, var model] => QuantizeTable.Others(shared, weights, model, QuantizeTable.Independent),
    ["cross", var shared] => CrossTable.Run(shared, "method: tucker, budget: { params: 60% }; method: cp, budget: { params: 50% }; method: quantize, weights: 4"),
    ["cross", var shared, var steps] => CrossTable.Run(shared, steps),
    ["rivals", var shared] => RivalsTable.Run(shared),
    ["open"] => OpenTable.Run("1,10,100"),
    ["open", var megabytes] => OpenTable.Run(megabytes),
    ["edge", var folder] => EdgeTable.Run(folder),
    ["rounding"] => ResNet50Run.Quantize("weights: 4"),
    ["rounding", var bits] => ResNet50Run.Quantize(bits),
    ["real", var shared] => RealTable.Run(shared),
    ["real-model", var model] => RealTable.Model(model),
    ["layers"] => LayersTable.Run(),
    ["layers", var model] => LayersTable.Inspect(model),
    ["start", var tool] => StartTable.Run(tool),
    ["load"] => LoadTable.Run("fp16,8,6,5,4,3,2"),
    ["load", var weights] => LoadTable.Run(weights),
    ["load", var model, var level] => LoadTable.Load(model, level),
    ["resnet50"] => ResNet50Run.Run("cpu", LinearAlgebraWord.BuiltIn),
    ["resnet50", var device] => ResNet50Run.Run(device, LinearAlgebraWord.BuiltIn),
    ["growth"] => GrowthTable.Run("method: tucker, budget: { params: 50% }; method: quantize, weights: 4"),
    ["growth", var steps] => GrowthTable.Run(steps),
    ["growth-row", var model, var samples, var step] => GrowthTable.Row(model, samples, step),
    ["memory", var shared] => MemoryTable.Run(shared, ""),
    ["memory", var shared, var rows] => MemoryTable.Run(shared, rows),
    ["memory-row", var source, var row] => MemoryTable.Row(source, row),
    ["algebra"] => AlgebraTable.Run(),
    ["hashes", var shared] => OutputHashes.Run(shared, lines: null),
    ["hashes", var shared, var lines] => OutputHashes.Run(shared, lines),
    ["structure"] => StructureTable.Run(),
    ["kill", var count] => KillRun.Run(count),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("""
        usage: dotnet run --project eng/bench -c Release -- <benchmark>
          resnet20 <shared>   accuracy of ResNet-20 on CIFAR-10 by budget, allocation and norm
          mnist <shared>      the smallest size that keeps MNIST top-1 within half a point
          auto <shared>       what budget: auto reaches, against energy thresholds by hand
          descent             1,000 sweeps of nn-bcd on a network of the published pruning study's size
          dense <shared>      nn-bcd on a trained dense MNIST network, beside plain truncation and pruning
          digits <shared> <rank> <sweeps> [device]   nn-bcd trains the published MNIST network from scratch
          cp <shared>         cp against tucker on ResNet-20 with the same parameters
          training <shared> [python]   a small network trained from scratch on MNIST; with a Python that has PyTorch, its time per step beside
          heal <shared> <device> <steps> <rate>   tucker at 40 % on ResNet-20, and what distill and opdf bring back
          healed <shared> <step> <trainings> [1,2]   a step on ResNet-20 and what trainings of the result bring back, such as 'method: quantize, rate: 1.2' 'method: distill, steps: 300; method: distill, steps: 1000'; seeds
          convex <shared> <images> [sweeps]   gated students of ResNet-20's last stage, fitted to so many images of each class, beside ReLU students of equal size and time
          binary <shared>     two digits of MNIST told apart: time to an accuracy by R-FISTA and by Adam
          head <shared>       the head of an MNIST network replaced by convex students
          quantize <shared> [4,3]   bytes, accuracy and time of ResNet-20 with weights of few bits, by width and rounding
          rate <shared> <network> <goals> [512 1]   resnet20, vit, magika or mnist rounded by rate, goals such as 'rate: 2; rate: 1.2'; images, seed
          fit <shared> <steps> [512 1]   ResNet-20 with each layer fitted alone and to make up for those before it, steps such as 'cp, budget: { params: 40% } + quantize, weights: 4; …'; images, seed
          budgets <shared>       bytes and accuracy of ResNet-20 with bits for each layer within a size, beside the same bits for all
          levels [200 1000]     how often a gate that a bootstrap decides passes at a true change of exactly its limit
          confidence [shipped 3]   820 searches of the digit network: how often what is taken is really beyond the limit of its gate
          searches <shared> [resnet 'auto;auto, healed 300']   the fewest bytes that a gate allows: by bits, by ranks of cp and bits, by method: auto
          storage <shared> [cp]     low-rank layers of ResNet-20 at 40 % as chains and as stored factors, alone and with few bits
          bits <shared> [4,3] [file]   the same for networks for file types and digits and a vision transformer, or one of them
          cross <shared> [steps]    ResNet-20 calibrated on its own images, on digits and on noise
          rivals <shared>     what others do to the weights of ResNet-20
          layers              time and memory of 'modelopt layers' by the number of nodes and the size of the weights
          start <modelopt.dll>   what it costs that one process works and another watches
          load [4,3]          time and memory to load a ResNet-50-sized model, and one of 113 million weights, with weights of few bits
          open [1,10]         time to get models of 1, 10 and 100 MB out of an embedded resource, beside that of making a session
          edge <folder>       quantize on every model of a folder: smaller and valid, or one error with a code
          rounding ['rate: 2'] time and peak memory of quantize on a ResNet-50-sized model
          resnet50 [device]   time, peak memory and profile of compressing a ResNet-50-sized model
          memory <shared> [1,2]   forecast and peak memory of steps on models with much to hold, all rows or some
          algebra             built-in linear algebra beside OpenBLAS, MathNet and, from the folder that ModelOptimizerTorchSharpDirectory names, TorchSharp
          hashes <shared> [file]   SHA-256 of small outputs of every method, to be the same before and after a change of the code
          structure           what the redesign counts in the sources: folders, files, names, cycles
          kill <count>        what builds that are killed at random moments leave, and whether the next is right
        <shared> is the folder that holds data/.
        """);
    return 2;
}
