using Progeny.Floor;

// The floor of bench/serving: a bare Kestrel endpoint a model. Usage: --urls http://127.0.0.1:5001 --models models.json [--bare true]
// With --bare, it reads the body and answers the same bytes to each request: what HTTP alone costs.
var builder = WebApplication.CreateSlimBuilder(args);
builder.Logging.ClearProviders();
var app = builder.Build();
var models = app.Configuration["models"]
    ?? throw new ArgumentException("--models is missing: the file that lists the models.", nameof(args));
foreach (var settings in ModelSettings.ReadAll(models))
    app.MapPost(
        $"/{settings.Name}",
        app.Configuration.GetValue<bool>("bare") ? new BareEndpoint(settings).AnswerAsync : new ModelEndpoint(settings).AnswerAsync);
await app.RunAsync();
