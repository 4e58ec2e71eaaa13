namespace ModelOptimizer.Methods;

/// <summary>A published method. It never touches files, gates, the console or other methods.</summary>
public interface ICompressionMethod
{
    /// <summary>The manifest's key, such as <c>tucker</c>.</summary>
    string Name { get; }

    /// <summary>One line for lists.</summary>
    string Summary { get; }

    /// <summary>Authors, title, venue, identifier.</summary>
    string Paper { get; }

    /// <summary>Whether it makes single layers smaller; false for one that only trains them, or that takes blocks of layers.</summary>
    bool CompressesLayers => true;

    /// <summary>What can be set in the manifest. Readers, help, schema and documentation all come from here.</summary>
    IReadOnlyList<MethodOption> Options { get; }

    /// <summary>What a run would touch and need, without running it.</summary>
    /// <exception cref="Diagnostics.DiagnosticException">The options do not fit the model.</exception>
    MethodPlan Plan(MethodContext context, MethodArguments arguments);

    /// <summary>Compresses a clone of <see cref="MethodContext.Model"/>.</summary>
    /// <exception cref="Diagnostics.DiagnosticException">The goal cannot be reached.</exception>
    MethodResult Run(MethodContext context, MethodArguments arguments);
}
