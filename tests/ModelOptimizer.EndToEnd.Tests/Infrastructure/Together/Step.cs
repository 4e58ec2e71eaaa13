namespace ModelOptimizer.EndToEnd.Tests.Infrastructure.Together;

/// <summary>What a scenario waits for: a command on its projects, carried out for all scenarios that wait for the same by one start of <c>dotnet</c>.</summary>
/// <param name="Command">The command.</param>
/// <param name="Fails">Whether it has to.</param>
/// <param name="Projects">Project files.</param>
internal sealed record Step(Command Command, bool Fails, IReadOnlyList<string> Projects)
{
    /// <summary><c>dotnet build -c Release</c>.</summary>
    public static Step Build(params Consumer[] consumers) => new(Command.Build, false, Files(consumers));

    /// <summary>The same of any project.</summary>
    public static Step Build(string project) => new(Command.Build, false, [project]);

    /// <summary>The same, which does not succeed.</summary>
    public static Step FailedBuild(Consumer consumer) => new(Command.Build, true, Files(consumer));

    /// <summary><c>dotnet clean -c Release</c>.</summary>
    public static Step Clean(Consumer consumer) => new(Command.Clean, false, Files(consumer));

    /// <summary><c>dotnet publish -c Release --no-build</c>, and the same of <c>dotnet pack</c>.</summary>
    public static Step Publish(Consumer consumer) => Publish(consumer.Project);

    /// <summary>The same of any project.</summary>
    public static Step Publish(string project) => new(Command.Publish, false, [project]);

    /// <summary>What editors do to learn the compiler's arguments.</summary>
    public static Step DesignTime(params Consumer[] consumers) => new(Command.DesignTime, false, Files(consumers));

    private static string[] Files(params Consumer[] consumers) => [.. consumers.Select(consumer => consumer.Project)];
}

/// <summary>A command of <c>dotnet</c>.</summary>
/// <param name="Target">What it asks MSBuild for.</param>
/// <param name="Targets">What each project is asked for.</param>
/// <param name="Arguments">The command line.</param>
internal sealed record Command(string Target, string Targets, params string[] Arguments)
{
    public static Command Build { get; } = new("Build", "Build", "build", "-c", "Release");

    public static Command Clean { get; } = new("Clean", "Clean", "clean", "-c", "Release");

    public static Command Publish { get; } = new("Publish", "Publish;Pack", "publish", "-c", "Release", "--no-build");

    // Compile with the compiler switched off.
    public static Command DesignTime { get; } = new(
        "Compile",
        "ResolveAssemblyReferences;Compile",
        [
            "msbuild", "-restore", "-t:Compile", "-p:Configuration=Release",
            "-p:DesignTimeBuild=true", "-p:SkipCompilerExecution=true", "-p:ProvideCommandLineArgs=true",
        ]);

    /// <summary>Those that few scenarios have are first: the rest of these scenarios then builds together with the others.</summary>
    public static IReadOnlyList<Command> InOrder { get; } = [DesignTime, Publish, Clean, Build];
}
