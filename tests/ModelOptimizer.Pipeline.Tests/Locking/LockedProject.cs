using ModelOptimizer.Pipeline.Locking;
using ModelOptimizer.Pipeline.Tests.Running;

namespace ModelOptimizer.Pipeline.Tests.Locking;

/// <summary>A project that was compressed and locked.</summary>
internal static class LockedProject
{
    public const string Gate = "cosine: { min: 97% }";

    // What another machine would have written.
    public static void Relock(SmallProject project, Func<string, string> change)
    {
        File.WriteAllText(project.Lock, change(File.ReadAllText(project.Lock)));
        var locks = LockFile.Read(project.Manifest);
        locks.Set("small", locks.Find("small")!);
        locks.Write(default);
    }

    public static SmallProject Make()
    {
        var project = new SmallProject(Gate);
        project.WriteManifest(Gate, step: "budget: auto");
        project.Run(writeLock: true).ExitCode.ShouldBe(0);
        return project;
    }
}
