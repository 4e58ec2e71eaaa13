using System.Diagnostics;
using System.Globalization;
using ModelOptimizer.Fuzz;
using ModelOptimizer.Fuzz.Subjects;

const string Usage = "usage: dotnet run --project eng/fuzz -c Release -- KIND|all COUNT [SEED], KIND --only SEED:INDEX, or KIND --plain";
switch (args)
{
    case [var kind, "--only", var place] when place.Split(':') is [var seed, var index]:
        return Print(Subjects(kind).SelectMany(subject => new Campaign(subject, Whole(seed)).Run(Whole(index), 1)));
    case [var kind, "--plain"]:
        foreach (var (specimen, end) in Subjects(kind).SelectMany(subject => new Campaign(subject, seed: 0).Plain()))
        {
            Console.WriteLine($"{end} {specimen.File} {specimen.Variant}");
        }

        return 0;
    case [var kind, var count, .. var rest]:
        return Run(kind, Whole(count), rest is [var given] ? Whole(given) : 1);
    default:
        Console.Error.WriteLine(Usage);
        return 2;
}

static int Whole(string text) => int.Parse(text, CultureInfo.InvariantCulture);

static IEnumerable<Subject> Subjects(string kind) => kind == "all" ? Campaigns.Kinds.Select(made => made()) : [Campaigns.Kind(kind)];

static int Run(string kind, int count, int seed)
{
    var watch = Stopwatch.StartNew();
    List<Finding> findings = [];
    List<Subject> subjects = [.. Subjects(kind)];
    foreach (var subject in subjects)
    {
        var campaign = new Campaign(subject, seed);
        var inputs = Math.Max(1, count * subject.Share / subjects.Sum(other => other.Share));
        var start = watch.Elapsed;
        findings.AddRange(campaign.Run(0, inputs, Begun(subject, seed)));
        var ends = string.Join(", ", campaign.Ends.OrderByDescending(end => end.Value).Select(end => $"{end.Key} {end.Value}"));
        Console.WriteLine($"{subject.Name}: {inputs} inputs, {(watch.Elapsed - start).TotalSeconds:0.0} s: {ends}");
    }

    return Print(findings);
}

// Of a process that ended without a word, the last line says with which input.
static Action<int>? Begun(Subject subject, int seed)
{
    if (!subject.MayEndTheProcess)
    {
        return null;
    }

    Directory.CreateDirectory(Path.Combine("artifacts", "fuzz"));
    return index => File.WriteAllText(Path.Combine("artifacts", "fuzz", "begun"), $"{subject.Name} --only {seed}:{index}\n");
}

static int Print(IEnumerable<Finding> findings)
{
    var all = findings.ToList();
    foreach (var group in all.GroupBy(finding => (finding.Subject, finding.Kind)))
    {
        var first = group.First();
        var saved = Path.Combine("artifacts", "fuzz", $"{first.Subject}-{first.Seed}-{first.Index}");
        Directory.CreateDirectory(Path.GetDirectoryName(saved)!);
        File.WriteAllBytes(saved, first.Input);
        Console.WriteLine($"\n{group.Count()} times {first.Kind.Trim()}\n  again by: {first.Subject} --only {first.Seed}:{first.Index}   (the file is {saved})");
        Console.WriteLine($"  {first.Detail}");
    }

    Console.WriteLine($"\n{all.Count} findings of {all.Select(finding => (finding.Subject, finding.Kind)).Distinct().Count()} kinds");
    return all.Count == 0 ? 0 : 1;
}
